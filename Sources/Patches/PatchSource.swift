import Model

/// The text of a patch as lines. Bytes, not characters: what is patched may be in any encoding.
struct PatchSource {
    let lines: PatchLines
    let endsInNewline: Bool

    init(_ bytes: [UInt8], counting looks: LookCount? = nil) {
        lines = PatchLines(bytes, counting: looks)
        endsInNewline = bytes.last == UInt8(ascii: "\n")
    }

    var count: Int { lines.count }

    /// The line as text, without white space at its end; "" behind the last.
    func text(_ index: Int) -> String {
        guard lines.indices.contains(index) else { return "" }
        var line = lines[index]
        while let last = line.last, [9, 13, 32].contains(last) { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }

    func starts(_ index: Int, _ prefix: StaticString) -> Bool {
        guard lines.indices.contains(index) else { return false }
        return prefix.withUTF8Buffer { lines[index].starts(with: $0) }
    }

    /// Nothing, or white space alone.
    func isBlank(_ index: Int) -> Bool {
        guard lines.indices.contains(index) else { return true }
        return lines[index].allSatisfy { [9, 13, 32].contains($0) }
    }

    /// The sign that a line of a hunk begins with; nil where there is none, 0 for an empty line.
    func sign(_ index: Int) -> UInt8? {
        guard let first = lines[index].first, lines[index] != [13] else { return 0 }
        return [UInt8(ascii: " "), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "\\")].contains(first)
            ? first : nil
    }

    func isChange(_ index: Int) -> Bool {
        lines[index].first == UInt8(ascii: "+") || lines[index].first == UInt8(ascii: "-")
    }

    /// The fence of a code block that the line opens or closes: its run of backticks or tildes.
    func fence(_ index: Int) -> ArraySlice<UInt8>? {
        guard lines.indices.contains(index), let first = lines[index].first,
            first == UInt8(ascii: "`") || first == UInt8(ascii: "~")
        else { return nil }
        let run = lines[index].prefix { $0 == first }
        return run.count >= 3 ? run : nil
    }

    /// Whether the line is the end of a code block that began with `fence`.
    func closes(_ index: Int, _ fence: ArraySlice<UInt8>?) -> Bool {
        guard let fence, let run = self.fence(index), run.first == fence.first, run.count >= fence.count else {
            return false
        }
        return lines[index].dropFirst(run.count).allSatisfy { [9, 13, 32].contains($0) }
    }

    /// - Parameter line: an index; the message counts from 1.
    static func failure(_ message: String, line: Int? = nil, remedy: String? = nil) -> Failure {
        let place = line.map { " (line \($0 + 1) of the patch)" } ?? ""
        return Failure(
            .patch, "the patch cannot be read: \(message)\(place)", remedy: remedy ?? "make it anew, with `git diff`")
    }
}
