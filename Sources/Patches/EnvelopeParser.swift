import Model

/// Reads the envelope of Codex's apply_patch.
///
/// Format: openai/codex, codex-rs/apply-patch, `parser.rs`. Stricter: an envelope must end, and a file is created by
/// lines with + alone. Laxer: a context line may lack its blank.
struct EnvelopeParser {
    private let source: PatchSource
    private var position = 0
    private var files: [FilePatch] = []

    static func parse(_ source: PatchSource) throws(Failure) -> [FilePatch] {
        var parser = EnvelopeParser(source: source)
        try parser.parseEnvelopes()
        guard !parser.files.isEmpty else {
            throw PatchSource.failure(
                "it holds no envelope", remedy: "begin with '*** Begin Patch' and end with '*** End Patch'")
        }
        return parser.files
    }

    private init(source: PatchSource) { self.source = source }

    private mutating func parseEnvelopes() throws(Failure) {
        while position < source.count {
            if source.text(position) == "*** Begin Patch" {
                position += 1
                try parseEnvelope(from: position - 1)
                continue
            }
            if let other = DialectMarker.format(at: position, of: source) {
                throw PatchSource.failure(
                    other == .envelope
                        ? "'\(source.text(position).prefix(80))' stands outside of an envelope"
                        : "it is an envelope and goes on as '\(other.rawValue)'",
                    line: position,
                    remedy: other == .envelope
                        ? "begin with '*** Begin Patch' and end with '*** End Patch'"
                        : "write all of a patch in one dialect")
            }
            // A command that takes the patch as its input, a code block, prose.
            position += 1
        }
    }

    private mutating func parseEnvelope(from start: Int) throws(Failure) {
        let before = files.count
        while position < source.count {
            let line = source.text(position)
            if line == "*** End Patch" {
                position += 1
                guard files.count > before else { throw PatchSource.failure("the envelope is empty", line: start) }
                return
            }
            if let name = name("*** Add File: ", line) {
                try parseAddition(name)
            } else if let name = name("*** Delete File: ", line) {
                var file = FilePatch(
                    kind: .delete, oldPath: try plain(name), newPath: nil, patchLine: position + 1)
                file.deletesUnseen = true
                files.append(file)
                position += 1
            } else if let name = name("*** Update File: ", line) {
                try parseUpdate(name)
            } else if source.isBlank(position) || line.hasPrefix("*** Environment ID: ") {
                position += 1
            } else {
                throw PatchSource.failure(
                    "'\(line.prefix(80))' stands where a file should begin", line: position,
                    remedy: "write '*** Update File: ', '*** Add File: ' or '*** Delete File: ' and a path")
            }
        }
        throw PatchSource.failure(
            "the envelope does not end: a part of it is missing", line: start,
            remedy: "send all of it, with '*** End Patch' as its last line")
    }

    private func name(_ prefix: String, _ line: String) -> String? {
        line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : nil
    }

    private func plain(_ name: String) throws(Failure) -> String {
        var text = Substring(name).drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        guard !text.isEmpty else { throw PatchSource.failure("a file name is empty", line: position) }
        return String(text)
    }

    private mutating func parseAddition(_ name: String) throws(Failure) {
        let start = position
        let path = try plain(name)
        position += 1
        var hunk = Hunk(oldStart: 0, newStart: 1, patchLine: start + 1)
        while position < source.count, !source.starts(position, "*** ") {
            guard source.lines[position].first == UInt8(ascii: "+") else {
                if source.isBlank(position), isEndOfFile(position) {
                    position += 1
                    continue
                }
                throw PatchSource.failure(
                    "a line of the new file '\(path)' does not begin with +", line: position,
                    remedy: "write + before each line of a new file")
            }
            hunk.lines.append(.init(.addition, source.lines.content(position, from: 1)))
            position += 1
        }
        files.append(
            FilePatch(
                kind: .create, oldPath: nil, newPath: path, hunks: hunk.lines.isEmpty ? [] : [hunk],
                patchLine: start + 1))
    }

    /// Whether empty lines are all that comes before the next file.
    private func isEndOfFile(_ index: Int) -> Bool {
        index + 1 >= source.count || source.starts(index + 1, "*** ")
    }

    private mutating func parseUpdate(_ name: String) throws(Failure) {
        let start = position
        let path = try plain(name)
        position += 1
        var target = path
        if let moved = self.name("*** Move to: ", source.text(position)) {
            target = try plain(moved)
            position += 1
        }
        var hunks: [Hunk] = []
        while position < source.count, source.text(position) == "*** End of File" || !source.starts(position, "*** ") {
            if source.isBlank(position), source.sign(position) == 0, isEndOfFile(position) {
                position += 1
            } else {
                hunks.append(try parseHunk())
            }
        }
        guard !hunks.isEmpty || target != path else {
            throw PatchSource.failure("'\(path)' is to be updated and no change follows", line: start)
        }
        files.append(
            FilePatch(
                kind: target == path ? .modify : .rename, oldPath: path, newPath: target, hunks: hunks,
                patchLine: start + 1))
    }

    private mutating func parseHunk() throws(Failure) -> Hunk {
        let start = position
        var hunk = Hunk(patchLine: start + 1)
        while position < source.count, DialectMarker.isHunkHeader(position, source) {
            if let header = HunkHeader(source.text(position)) {
                hunk.oldStart = header.oldStart ?? hunk.oldStart
                hunk.newStart = header.newStart ?? hunk.newStart
                if let hint = header.hint { hunk.hints.append(hint) }
            }
            position += 1
        }
        var bare = 0
        while position < source.count, !DialectMarker.isHunkHeader(position, source) {
            if source.text(position) == "*** End of File" {
                hunk.isAtEnd = true
                position += 1
                break
            }
            if source.starts(position, "*** ") { break }
            switch source.sign(position) {
            case UInt8(ascii: "-"): hunk.lines.append(.init(.deletion, source.lines.content(position, from: 1)))
            case UInt8(ascii: "+"): hunk.lines.append(.init(.addition, source.lines.content(position, from: 1)))
            case UInt8(ascii: " "): hunk.lines.append(.init(.context, source.lines.content(position, from: 1)))
            default:
                if source.starts(position, "\\ No newline"), var last = hunk.lines.popLast() {
                    if last.bytes.last == 10 { last.bytes.removeLast() }
                    hunk.lines.append(last)
                } else {
                    hunk.lines.append(.init(.context, source.lines.content(position)))
                }
            }
            bare = source.sign(position) == 0 ? bare + 1 : 0
            position += 1
        }
        // Empty lines that only keep hunks apart.
        hunk.lines.removeLast(min(bare, hunk.lines.count))
        guard hunk.changesSomething else {
            throw PatchSource.failure(
                "the hunk changes nothing", line: start,
                remedy: "begin the lines to remove with - and those to add with +")
        }
        return hunk
    }
}
