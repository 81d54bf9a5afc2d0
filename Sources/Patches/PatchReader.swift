package import Model

/// The one way in: the bytes of a patch in any dialect become a `PatchSet`. Reads nothing but what it is given.
package enum PatchReader {
    /// - Parameters:
    ///   - bytes: the patch. Of `file` and `snippet`, the text itself, with or without a code block around it.
    ///   - format: nil: found out by the first line that only one dialect has; text without any is a snippet.
    ///   - target: the file's path for dialects that name none (`file`, `snippet`) and for patches that leave it out.
    ///
    /// Throws `feedback.patch` with the line of the patch and what to do about it, `feedback.anchor` for text that stands
    /// for more than it shows.
    package static func read(_ bytes: [UInt8], format: PatchFormat? = nil, target: String? = nil) throws(Failure)
        -> PatchSet
    {
        try refuseWideText(bytes)
        let bytes = bytes.starts(with: FileEncoding.mark) ? Array(bytes.dropFirst(3)) : bytes
        let source = PatchSource(bytes)
        let found = self.format(of: source)
        let target = target.flatMap { $0.isEmpty ? nil : $0 }
        if format == nil, found == nil { try ForeignText.refuse(source) }
        switch format ?? found ?? .snippet {
        case .unified: return try checked(.unified, try UnifiedParser.parse(source, target: target))
        case .envelope: return try checked(.envelope, try EnvelopeParser.parse(source))
        case .blocks: return try checked(.blocks, try BlocksParser.parse(source, target: target))
        case .file: return try WholeText.file(bytes, source, target: target)
        case .snippet:
            guard format == .snippet || target != nil else {
                throw PatchSource.failure(
                    "it holds no unified diff, no '*** Begin Patch' and no SEARCH/REPLACE block",
                    remedy: "send the output of `git diff`; a bare snippet needs a \"target\"")
            }
            return try WholeText.snippet(bytes, source, target: target)
        }
    }

    /// The dialect that the text shows to be in; nil where nothing does.
    package static func format(of bytes: [UInt8]) -> PatchFormat? { format(of: PatchSource(bytes)) }

    private static func format(of source: PatchSource) -> PatchFormat? {
        for index in source.lines.indices {
            if let format = DialectMarker.format(at: index, of: source) { return format }
            if source.starts(index, "GIT binary patch") { return .unified }
        }
        return nil
    }

    private static func refuseWideText(_ bytes: [UInt8]) throws(Failure) {
        // Without its mark every second byte of ASCII is a zero.
        let head = bytes.prefix(64)
        let zeros = [0, 1].map { parity in head.indices.filter { $0 % 2 == parity && head[$0] == 0 }.count }
        let isBare = zeros.min() == 0 && (zeros.max() ?? 0) > max(1, head.count * 2 / 5)
        guard isBare || bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) else { return }
        throw PatchSource.failure("it is in UTF-16", remedy: "send it in UTF-8")
    }

    /// What holds in every dialect that shows lines: nothing is added that stands for lines it does not show.
    private static func checked(_ format: PatchFormat, _ files: [FilePatch]) throws(Failure) -> PatchSet {
        for file in files {
            guard !file.paths.contains(where: { $0.utf8.contains(0) }) else {
                throw PatchSource.failure("a file name holds a zero byte", line: file.patchLine - 1)
            }
            for hunk in file.hunks {
                let old = Set(hunk.lines.filter { $0.kind == .deletion }.map(\.bytes))
                for (offset, line) in hunk.lines.enumerated() where line.kind == .addition && !old.contains(line.bytes)
                {
                    guard let kind = Placeholder.kind(line.bytes),
                        kind == .spoken || !Placeholder.allowsBare(file.newPath)
                    else { continue }
                    throw anchor(
                        "the patch adds '\(shown(line.bytes))', which stands for lines it does not show",
                        line: hunk.patchLine - 1, offset: offset)
                }
            }
        }
        return PatchSet(format: format, files: files).gathered()
    }

    static func anchor(_ message: String, line: Int, offset: Int? = nil) -> Failure {
        let place = offset.map { "line \($0 + 1) of the hunk at line \(line + 1)" } ?? "line \(line + 1)"
        return Failure(
            .anchor, "\(message) (\(place) of the patch)",
            remedy: "write out every line that shall be in the file")
    }

    static func shown(_ line: [UInt8]) -> String {
        String(String(decoding: line.prefix(400), as: UTF8.self).filter { !$0.isNewline }.prefix(120))
    }
}
