package import Model

/// Reads unified diffs. Every refusal names the line of the patch.
package struct UnifiedDiffParser {
    private var lines: [Substring.UTF8View.SubSequence] = []
    private var position = 0
    private var files: [UnifiedDiff.FilePatch] = []

    /// Throws `feedback.patch` when the text is no unified diff or contradicts itself.
    package static func parse(_ text: String) throws(Failure) -> UnifiedDiff {
        var parser = UnifiedDiffParser()
        parser.lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if parser.lines.last?.isEmpty == true { parser.lines.removeLast() }
        try parser.parseFiles()
        guard !parser.files.isEmpty else {
            throw parser.failure(
                "it holds no unified diff", remedy: "send the output of `diff -u` or `git diff`: ---, +++ and @@ lines")
        }
        return UnifiedDiff(files: parser.files)
    }

    private func failure(_ message: String, line: Int? = nil, remedy: String? = nil) -> Failure {
        let place = line.map { " (line \($0) of the patch)" } ?? ""
        return Failure(.patch, "the patch cannot be read: \(message)\(place)", remedy: remedy)
    }

    private func text(_ index: Int) -> String {
        guard index < lines.count else { return "" }
        var line = lines[index]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        return String(decoding: line, as: UTF8.self)
    }

    private mutating func parseFiles() throws(Failure) {
        while position < lines.count {
            let line = text(position)
            if line.hasPrefix("diff --git ") {
                try parseGitFile()
            } else if line.hasPrefix("--- "), text(position + 1).hasPrefix("+++ ") {
                try parsePlainFile()
            } else if line.hasPrefix("@@ ") {
                throw failure("a hunk comes before any file name", line: position + 1)
            } else {
                // Text before and between the files (a mail's header, `Index:` lines) means nothing.
                position += 1
            }
        }
    }

    private mutating func parsePlainFile() throws(Failure) {
        let start = position
        let old = try path(after: "--- ", at: position)
        let new = try path(after: "+++ ", at: position + 1)
        position += 2
        let names = PatchPath.meant(old: old, new: new)
        let hunks = try parseHunks()
        guard !hunks.isEmpty else { throw failure("no hunk follows the file names", line: start + 1) }
        files.append(
            .init(
                oldPath: names.old, newPath: names.new, hunks: hunks, newMode: nil, oldMode: nil, patchLine: start + 1))
    }

    private mutating func parseGitFile() throws(Failure) {
        let start = position
        let header = text(position)
        position += 1
        var file = UnifiedDiff.FilePatch(
            oldPath: nil, newPath: nil, hunks: [], newMode: nil, oldMode: nil, patchLine: start + 1)
        var isNew = false
        var isDeleted = false
        var renames: (from: String?, to: String?) = (nil, nil)
        var named: (old: String?, new: String?)?
        while position < lines.count {
            let line = text(position)
            if line.hasPrefix("new file mode ") {
                isNew = true
                file.newMode = String(line.dropFirst(14))
            } else if line.hasPrefix("deleted file mode ") {
                isDeleted = true
                file.oldMode = String(line.dropFirst(18))
            } else if line.hasPrefix("new mode ") {
                file.newMode = String(line.dropFirst(9))
            } else if line.hasPrefix("old mode ") {
                file.oldMode = String(line.dropFirst(9))
            } else if line.hasPrefix("rename from ") {
                renames.from = PatchPath.unquoted(String(line.dropFirst(12)))
            } else if line.hasPrefix("rename to ") {
                renames.to = PatchPath.unquoted(String(line.dropFirst(10)))
            } else if line.hasPrefix("copy from ") {
                throw failure(
                    "copies are not taken", line: position + 1,
                    remedy: "send the copy as a new file (git diff --no-renames)")
            } else if line.hasPrefix("GIT binary patch") || line.hasPrefix("Binary files ") {
                throw failure("binary patches are not taken", line: position + 1, remedy: "send text files only")
            } else if line.hasPrefix("--- "), text(position + 1).hasPrefix("+++ ") {
                // A pure rename has no hunks; what follows it may be the next file, in plain form.
                if let from = renames.from, let old = try path(after: "--- ", at: position), old != "a/" + from {
                    break
                }
                named = (try path(after: "--- ", at: position), try path(after: "+++ ", at: position + 1))
                position += 2
                file.hunks = try parseHunks()
                break
            } else if Self.isExtendedHeader(line) {
                // similarity, copy and index lines carry nothing that is needed
            } else {
                break
            }
            position += 1
        }
        if let from = renames.from, let to = renames.to {
            (file.oldPath, file.newPath) = (from, to)
        } else if let named {
            (file.oldPath, file.newPath) = PatchPath.meant(old: named.old, new: named.new)
        } else if let name = PatchPath.ofGitHeader(header) {
            file.oldPath = isNew ? nil : name
            file.newPath = isDeleted ? nil : name
        } else {
            throw failure("'\(header)' names no file", line: start + 1)
        }
        files.append(file)
    }

    private static func isExtendedHeader(_ line: String) -> Bool {
        ["index ", "similarity index ", "dissimilarity index "].contains { line.hasPrefix($0) }
    }

    /// nil for /dev/null.
    private func path(after marker: String, at index: Int) throws(Failure) -> String? {
        let name = PatchPath.unquoted(PatchPath.withoutTimestamp(String(text(index).dropFirst(marker.count))))
        guard !name.isEmpty else { throw failure("a file name is empty", line: index + 1) }
        return name == "/dev/null" ? nil : name
    }

    private mutating func parseHunks() throws(Failure) -> [UnifiedDiff.Hunk] {
        var hunks: [UnifiedDiff.Hunk] = []
        while position < lines.count, text(position).hasPrefix("@@") {
            hunks.append(try parseHunk())
        }
        return hunks
    }

    private mutating func parseHunk() throws(Failure) -> UnifiedDiff.Hunk {
        let start = position
        guard let range = HunkRange(text(position)) else {
            throw failure(
                "'\(text(position))' is no hunk header", line: start + 1, remedy: "write it as `@@ -12,4 +12,5 @@`")
        }
        position += 1
        var hunk = UnifiedDiff.Hunk(
            oldStart: range.oldStart, newStart: range.newStart, lines: [], patchLine: start + 1)
        var old = 0
        var new = 0
        while position < lines.count, old < range.oldCount || new < range.newCount {
            let line = lines[position]
            let kind: UnifiedDiff.Line.Kind
            switch line.first {
            case UInt8(ascii: " "): kind = .context
            // Editors and mailers strip the blank of an empty context line.
            case nil, UInt8(ascii: "\r"): kind = .context
            case UInt8(ascii: "-"): kind = .deletion
            case UInt8(ascii: "+"): kind = .addition
            case UInt8(ascii: "\\"):
                try endWithoutNewline(&hunk)
                position += 1
                continue
            default:
                throw countsFailure(range, old: old, new: new, line: position + 1)
            }
            let isBare = line.first == nil || line.first == UInt8(ascii: "\r")
            hunk.lines.append(.init(kind: kind, bytes: Array(isBare ? line : line.dropFirst()) + [UInt8(ascii: "\n")]))
            if kind != .addition { old += 1 }
            if kind != .deletion { new += 1 }
            position += 1
        }
        if position < lines.count, lines[position].first == UInt8(ascii: "\\") {
            try endWithoutNewline(&hunk)
            position += 1
        }
        guard old == range.oldCount, new == range.newCount else {
            throw countsFailure(range, old: old, new: new, line: start + 1)
        }
        if position < lines.count, let sign = lines[position].first, [32, 43, 45].contains(sign),
            !text(position).hasPrefix("--- "), !["-- ", "--"].contains(text(position))
        {
            throw failure("the hunk of line \(start + 1) is longer than its header says", line: position + 1)
        }
        return hunk
    }

    private func countsFailure(_ range: HunkRange, old: Int, new: Int, line: Int) -> Failure {
        failure(
            "the header promises \(range.oldCount) old and \(range.newCount) new lines, the hunk has \(old) and \(new)",
            line: line, remedy: "correct the counts in the @@ line")
    }

    private func endWithoutNewline(_ hunk: inout UnifiedDiff.Hunk) throws(Failure) {
        guard var last = hunk.lines.popLast(), last.bytes.last == UInt8(ascii: "\n") else {
            throw failure("'\\ No newline' follows no line", line: position + 1)
        }
        last.bytes.removeLast()
        hunk.lines.append(last)
    }
}
