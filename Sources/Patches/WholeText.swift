import Model

/// The dialects without signs: a file's whole content, and the bare snippet.
enum WholeText {
    static func file(_ bytes: [UInt8], _ source: PatchSource, target: String?) throws(Failure) -> PatchSet {
        guard let target else {
            throw PatchSource.failure("a whole file has no name", remedy: "name the file with \"target\"")
        }
        let text = unfenced(bytes, source, target: target)
        guard !text.bytes.isEmpty else {
            throw PatchSource.failure(
                "the whole file is empty", line: 0,
                remedy: "to remove the file send '*** Begin Patch', '*** Delete File: \(target)', '*** End Patch'")
        }
        for (index, line) in FileLines.split(text.bytes).enumerated() where Placeholder.kind(Array(line)) == .spoken {
            throw PatchReader.anchor(
                "the whole file holds '\(PatchReader.shown(Array(line)))', which stands for lines it does not show",
                line: index + text.line)
        }
        let file = FilePatch(
            kind: .whole, oldPath: nil, newPath: target, content: text.bytes, patchLine: text.line + 1)
        return PatchSet(format: .file, files: [file])
    }

    static func snippet(_ bytes: [UInt8], _ source: PatchSource, target: String?) throws(Failure) -> PatchSet {
        guard let target else {
            throw PatchSource.failure("a snippet names no file", remedy: "name the file with \"target\"")
        }
        let text = unfenced(bytes, source, target: target)
        guard text.bytes.contains(where: { ![9, 10, 13, 32].contains($0) }) else {
            throw PatchSource.failure("the snippet is empty", line: 0, remedy: "send the new lines")
        }
        let file = FilePatch(
            kind: .snippet, oldPath: nil, newPath: target, content: text.bytes, patchLine: text.line + 1)
        return PatchSet(format: .snippet, files: [file])
    }

    /// What a code block around everything holds. A Markdown file may be all code block, so there it stays, unless the block
    /// says that it is Markdown or is longer than any in it.
    private static func unfenced(_ bytes: [UInt8], _ source: PatchSource, target: String) -> (bytes: [UInt8], line: Int)
    {
        guard let first = source.lines.indices.first(where: { !source.isBlank($0) }),
            let last = source.lines.indices.last(where: { !source.isBlank($0) }), first < last,
            let fence = source.fence(first), source.closes(last, fence)
        else { return (bytes, 0) }
        let inner = (first + 1..<last).filter { source.fence($0) != nil }
        if [".md", ".markdown", ".mdx"].contains(where: { target.lowercased().hasSuffix($0) }) {
            let info = String(decoding: source.lines[first].dropFirst(fence.count), as: UTF8.self)
            let isMarkdown = ["markdown", "md"].contains(info.lowercased().filter { !$0.isWhitespace })
            let isLonger = fence.count > 3 && inner.allSatisfy { (source.fence($0)?.count ?? 0) < fence.count }
            guard isLonger || (isMarkdown && inner.count.isMultiple(of: 2)) else { return (bytes, 0) }
        } else {
            // One block, not several with text between.
            guard !inner.contains(where: { source.closes($0, fence) }) else { return (bytes, 0) }
        }
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        lines.removeSubrange(last...)
        lines.removeSubrange(...first)
        return (lines.flatMap { $0 + [10] }, first + 1)
    }
}
