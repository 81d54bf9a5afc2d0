import Model

/// The JSON document that a model answered with, checked member by member: not every server holds a model to the schema.
struct AnswerDocument {
    var description: String
    var patches: [CoderProposal.Patch]
    var changelog: String?
    var notes: [String] = []

    private static let mostPatches = 50
    private static let mostBytes = 2_000_000

    /// - Throws: a bad answer that names what is wrong with it.
    static func read(_ text: String, wantsChangelog: Bool) throws(CoderFailure) -> AnswerDocument {
        let (value, note) = try value(in: text)
        guard case .object = value else { throw wrong("it is \(value.spoken), not an object") }
        guard let patches = value["patches"] else { throw wrong("\"patches\" is missing") }
        guard let items = patches.items else { throw wrong("\"patches\" is \(patches.spoken), not a list") }
        let cannot = try optional(value, "cannot")
        if items.isEmpty {
            guard let cannot else {
                throw CoderFailure(
                    .badAnswer, .coderEmpty, "the answer holds no patch and does not say why",
                    remedy: "Send a patch, or say in \"cannot\" why there is none.")
            }
            throw CoderFailure(
                .badAnswer, .coderDeclined, "the coder says that it cannot mend this", cause: ModelAnswer.short(cannot))
        }
        guard items.count <= mostPatches else {
            throw wrong("it holds \(items.count) patches; \(mostPatches) are read")
        }
        var read: [CoderProposal.Patch] = []
        for (index, item) in items.enumerated() { read.append(try patch(item, at: index)) }
        guard read.reduce(0, { $0 + $1.text.utf8.count }) <= mostBytes else {
            throw wrong("its patches have more than \(mostBytes) bytes")
        }
        guard let description = value["description"] else { throw wrong("\"description\" is missing") }
        guard let description = description.string else {
            throw wrong("\"description\" is \(description.spoken), not a text")
        }
        var document = AnswerDocument(description: description, patches: read)
        if wantsChangelog { document.changelog = try optional(value, "changelog") }
        if let note { document.notes.append(note) }
        if let cannot { document.notes.append("it sent a patch, and says besides: \(ModelAnswer.short(cannot))") }
        return document
    }

    private static func patch(_ item: JSONValue, at index: Int) throws(CoderFailure) -> CoderProposal.Patch {
        let name = "\"patches[\(index)]\""
        guard case .object = item else { throw wrong("\(name) is \(item.spoken), not an object") }
        guard let text = item["text"] else { throw wrong("\(name) has no \"text\"") }
        guard let text = text.string else { throw wrong("the \"text\" of \(name) is \(text.spoken), not a text") }
        guard !text.allSatisfy(\.isWhitespace) else { throw wrong("the \"text\" of \(name) is empty") }
        return CoderProposal.Patch(text, target: try optional(item, "target"))
    }

    /// A text, or nothing: a model that is not held to the schema leaves it out, or writes "".
    private static func optional(_ value: JSONValue, _ member: String) throws(CoderFailure) -> String? {
        guard let found = value[member], !found.isNull else { return nil }
        guard let text = found.string else { throw wrong("\"\(member)\" is \(found.spoken), not a text or null") }
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    private static func wrong(_ what: String) -> CoderFailure {
        CoderFailure(
            .badAnswer, .coderSchema, "the answer is JSON of another shape: \(what)",
            remedy: "Answer with the members that the instructions name.")
    }

    // MARK: finding it

    private static func value(in text: String) throws(CoderFailure) -> (JSONValue, note: String?) {
        if let value = JSONText.decode(text) { return (value, nil) }
        let search = EmbeddedObjects(text)
        let found = search.objects.compactMap { JSONText.decode($0) }.filter { $0["patches"] != nil }
        if let only = found.first {
            // Two answers are none: nobody knows which one is meant.
            guard found.allSatisfy({ $0 == only }) else {
                throw CoderFailure(
                    .badAnswer, .coderNotJSON, "the answer holds \(found.count) different documents",
                    remedy: "Answer with one JSON object and nothing else.")
            }
            return (only, "text around the JSON document was left out")
        }
        if search.endsOpen {
            throw ModelAnswer.truncated("a JSON document begins and does not end")
        }
        throw CoderFailure(
            .badAnswer, .coderNotJSON, "the answer is no JSON", remedy: "Answer with one JSON object and nothing else.",
            cause: ModelAnswer.short(text.split(whereSeparator: \.isWhitespace).prefix(40).joined(separator: " ")))
    }
}

/// The objects in a text that are not within others. Linear in the text, whatever is in it.
struct EmbeddedObjects {
    private(set) var objects: [Substring] = []
    /// The last one has a beginning and no end.
    private(set) var endsOpen = false

    init(_ text: String) {
        var depth = 0
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if depth > 0, isQuoted {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "{"):
                if depth == 0 { start = index }
                depth += 1
            case UInt8(ascii: "}") where depth > 0:
                depth -= 1
                if depth == 0, objects.count < 32 { objects.append(text[start...index]) }
            case UInt8(ascii: "\"") where depth > 0: isQuoted = true
            default: break
            }
        }
        endsOpen = depth > 0
    }
}
