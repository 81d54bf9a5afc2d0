import Model

/// Text without old lines: what is to be placed, and what of it only stands for lines around it.
package struct Snippet: Hashable, Sendable {
    /// Without the placeholders and empty lines at both ends.
    package var lines: [[UInt8]]
    /// Lines of the text, from 1, that stand for others in the middle of it: such a snippet has no place at all.
    package var placeholders: [Int]
    /// It began or ended with a placeholder: the author means a part of something.
    package var isPart: Bool

    package init(_ text: [UInt8], file: String?) {
        var lines = FileLines.split(text).map(Array.init)
        let allowsBare = Placeholder.allowsBare(file)
        func isPlaceholder(_ line: [UInt8]) -> Bool {
            Placeholder.kind(line).map { $0 == .spoken || !allowsBare } ?? false
        }
        func isEmpty(_ line: [UInt8]) -> Bool { line.allSatisfy(LooseText.isWhite) }
        var first = 0
        isPart = false
        while first < lines.count, isPlaceholder(lines[first]) || isEmpty(lines[first]) {
            isPart = isPart || isPlaceholder(lines[first])
            first += 1
        }
        while lines.count > first, let last = lines.last, isPlaceholder(last) || isEmpty(last) {
            isPart = isPart || isPlaceholder(last)
            lines.removeLast()
        }
        if let last = lines.last, last.last != 10 { lines[lines.count - 1].append(10) }
        placeholders = lines.indices.dropFirst(first).filter {
            isPlaceholder(lines[$0]) || Placeholder.isInside(lines[$0])
        }.map { $0 + 1 }
        self.lines = Array(lines.dropFirst(first))
    }
}
