import Model

/// Reads unified diffs as tools and models write them: with and without git's headers, in a code block, with text around
/// them, with wrong counts or none. What the lines of a hunk say counts; a refusal names the line of the patch.
///
/// Format: POSIX diff, "Diff -u or -U Output Format", and git's extended headers (git-diff, "Generating patch text").
struct UnifiedParser {
    let source: PatchSource
    /// What hunks without a file's name are for.
    let target: String?
    var position = 0
    var files: [FilePatch] = []
    /// Of the code block that the text is in.
    var fence: ArraySlice<UInt8>?

    init(_ source: PatchSource, target: String?) {
        self.source = source
        self.target = target
    }

    /// Throws `feedback.patch` when the text is no unified diff or contradicts itself.
    static func parse(_ source: PatchSource, target: String?) throws(Failure) -> [FilePatch] {
        var parser = UnifiedParser(source, target: target)
        try parser.parseFiles()
        guard !parser.files.isEmpty else {
            throw PatchSource.failure(
                "it holds no unified diff", remedy: "send the output of `diff -u` or `git diff`: ---, +++ and @@ lines")
        }
        return parser.files
    }

    private mutating func parseFiles() throws(Failure) {
        while position < source.count {
            if source.starts(position, "diff --git ") {
                try parseGitFile()
            } else if source.starts(position, "diff --cc ") || source.starts(position, "diff --combined ") {
                throw PatchSource.failure(
                    "the combined diff of a merge has two old sides", line: position,
                    remedy: "send `git diff` against one commit")
            } else if DialectMarker.isFileHeader(position, source) {
                try parsePlainFile()
            } else if DialectMarker.isHunkHeader(position, source) {
                try parseNamelessFile()
            } else {
                try skipText()
            }
        }
    }

    /// Text before and between the files (a mail's header, `Index:` lines, prose) means nothing.
    private mutating func skipText() throws(Failure) {
        if source.closes(position, fence) {
            fence = nil
            if position + 1 < source.count, source.isChange(position + 1), !files.isEmpty {
                throw PatchSource.failure(
                    "lines of a hunk follow the end of the code block", line: position + 1,
                    remedy: "begin each line of the file with a blank, - or +, fences as well")
            }
        } else if fence == nil {
            fence = source.fence(position)
        }
        if source.starts(position, "GIT binary patch") || source.starts(position, "Binary files ") {
            throw Self.binary(position)
        }
        if source.starts(position, "*** "), source.starts(position + 1, "--- "), source.starts(position + 2, "*****") {
            throw PatchSource.failure(
                "it is a context diff", line: position, remedy: "send a unified diff: `diff -u` or `git diff`")
        }
        if let other = DialectMarker.format(at: position, of: source) {
            throw PatchSource.failure(
                "it is a unified diff and goes on as '\(other.rawValue)'", line: position,
                remedy: "write all of a patch in one dialect")
        }
        position += 1
    }

    static func binary(_ line: Int) -> Failure {
        PatchSource.failure("binary patches are not taken", line: line, remedy: "send text files only")
    }

    private mutating func parsePlainFile() throws(Failure) {
        let start = position
        let named = try parseNames()
        var names = PatchPath.meant(old: named.old, new: named.new)
        var hunks = try parseHunks()
        if hunks.isEmpty { hunks = try parseBareHunk() }
        guard !hunks.isEmpty else { throw PatchSource.failure("no hunk follows the file names", line: start) }
        // The numbers say it as well: a file of that age may be one that a build wrote without a time.
        if hunks.count == 1, isNowhere("--- ", start), hunks[0].oldStart == 0 { names.old = nil }
        if hunks.count == 1, isNowhere("+++ ", start), hunks[0].newStart == 0, names.old != nil { names.new = nil }
        guard let name = names.new ?? names.old else {
            throw PatchSource.failure("both names are /dev/null", line: start, remedy: "name the file")
        }
        let kind: FilePatch.Kind = names.old == nil ? .create : names.new == nil ? .delete : .modify
        var file = FilePatch(kind: kind, oldPath: names.old, newPath: names.new, hunks: hunks, patchLine: start + 1)
        try settle(&file, name: name)
        files.append(file)
    }

    private func isNowhere(_ side: StaticString, _ start: Int) -> Bool {
        [start, start + 1].contains { source.starts($0, side) && PatchPath.isNowhere(source.text($0)) }
    }

    /// The names of `---` and `+++`; where one of the lines is missing, the other's for both.
    mutating func parseNames() throws(Failure) -> (old: String?, new: String?) {
        var old: String?
        var new: String?
        if source.starts(position, "--- ") {
            old = try path(at: position)
            new = old
            position += 1
        }
        if source.starts(position, "+++ ") {
            let isAlone = position == 0 || !source.starts(position - 1, "--- ")
            new = try path(at: position)
            if isAlone { old = new }
            position += 1
        }
        return (old, new)
    }

    /// nil for /dev/null.
    func path(at index: Int) throws(Failure) -> String? {
        let name = PatchPath.unquoted(PatchPath.withoutTimestamp(String(source.text(index).dropFirst(4))))
        guard !name.isEmpty else { throw PatchSource.failure("a file name is empty", line: index) }
        return name == "/dev/null" ? nil : name
    }

    /// Hunks that no names go before: the target's, where there is one.
    private mutating func parseNamelessFile() throws(Failure) {
        guard files.isEmpty else {
            throw PatchSource.failure(
                "a hunk comes after other text and names no file", line: position,
                remedy: "repeat the --- and +++ lines before it")
        }
        guard let target else {
            throw PatchSource.failure(
                "a hunk comes before any file name", line: position,
                remedy: "write --- and +++ lines above it, or name the file with \"target\"")
        }
        let start = position
        let hunks = try parseHunks()
        files.append(FilePatch(kind: .modify, oldPath: target, newPath: target, hunks: hunks, patchLine: start + 1))
    }

    /// What the hunks of a new or deleted file can and cannot hold.
    func settle(_ file: inout FilePatch, name: String) throws(Failure) {
        let wrong: Hunk.Line.Kind? = file.kind == .create ? .deletion : file.kind == .delete ? .addition : nil
        guard let wrong else { return }
        for hunk in file.hunks where hunk.lines.contains(where: { $0.kind == wrong }) {
            throw PatchSource.failure(
                file.kind == .create
                    ? "'\(name)' is to be created and lines are taken from it"
                    : "'\(name)' is to be removed and lines are added to it",
                line: hunk.patchLine - 1, remedy: "write the file's name in place of /dev/null")
        }
    }
}
