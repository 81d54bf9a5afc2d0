internal import CYAML

/// The events of one YAML text, one after the other, from libyaml's parser.
final class YAMLEvents {
    struct Event {
        enum Kind {
            case scalar(String, isPlain: Bool)
            case alias(String)
            case listStart, listEnd, mappingStart, mappingEnd
            case documentStart, documentEnd, end
        }
        var kind: Kind
        var position: SourcePosition
        var anchor: String?
        /// As written, resolved; nil where none is written.
        var tag: String?
    }

    private let text: DocumentText
    // Allocated: the parser is handed to C by address and holds the address of the input.
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let isReady: Bool

    init(_ text: DocumentText) {
        self.text = text
        input = .allocate(capacity: max(1, text.bytes.count))
        _ = input.initialize(from: text.bytes)
        parser.initialize(to: yaml_parser_t())
        isReady = yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, text.bytes.count)
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deinitialize(count: 1)
        parser.deallocate()
        input.deallocate()
    }

    /// - Throws: where the text is no YAML.
    func next() throws(DocumentProblems) -> Event {
        guard isReady else { throw DocumentProblems(.init(nil, "there is no memory to read the file")) }
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw DocumentProblems(problem()) }
            defer { yaml_event_delete(&event) }
            if let event = Self.event(event) { return event }
        }
    }

    /// nil for the start of the stream, which says nothing.
    private static func event(_ event: yaml_event_t) -> Event? {
        var result = Event(kind: .end, position: place(event.start_mark))
        switch event.type {
        case YAML_STREAM_START_EVENT, YAML_NO_EVENT: return nil
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_ALIAS_EVENT: result.kind = .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            result.anchor = string(scalar.anchor)
            result.tag = string(scalar.tag)
            result.kind = .scalar(
                String(decoding: bytes, as: UTF8.self),
                isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE && result.tag == nil)
        case YAML_SEQUENCE_START_EVENT:
            result.anchor = string(event.data.sequence_start.anchor)
            result.tag = string(event.data.sequence_start.tag)
            result.kind = .listStart
        case YAML_SEQUENCE_END_EVENT: result.kind = .listEnd
        case YAML_MAPPING_START_EVENT:
            result.anchor = string(event.data.mapping_start.anchor)
            result.tag = string(event.data.mapping_start.tag)
            result.kind = .mappingStart
        case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
        default: break
        }
        return result
    }

    private func problem() -> DocumentProblem {
        let failed = parser.pointee
        let what = failed.problem.map { String(cString: $0) } ?? "it cannot be read"
        guard failed.error == YAML_SCANNER_ERROR || failed.error == YAML_PARSER_ERROR else {
            return DocumentProblem(nil, "the file is no YAML: \(what)")
        }
        let context = failed.context.map { String(cString: $0) }
        return YAMLErrorText.problem(context, what, at: Self.place(failed.problem_mark), text: text)
    }

    private static func place(_ mark: yaml_mark_t) -> SourcePosition {
        SourcePosition(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }

    private static func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        text.map { String(cString: $0) }
    }
}
