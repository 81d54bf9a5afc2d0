import Model

/// Git's extended headers.
extension UnifiedParser {
    private struct Headers {
        var isNew = false
        var isDeleted = false
        var oldMode: String?
        var newMode: String?
        var renameFrom: String?
        var renameTo: String?
        var copyFrom: String?
        var copyTo: String?
        var blob: String?
    }

    mutating func parseGitFile() throws(Failure) {
        let start = position
        let header = source.text(position)
        position += 1
        var headers = Headers()
        while position < source.count, try read(&headers, source.text(position)) { position += 1 }
        var named: (old: String?, new: String?)?
        var hunks: [Hunk] = []
        if DialectMarker.isFileHeader(position, source), try belongs(to: headers) {
            named = try parseNames()
            hunks = try parseHunks()
            if hunks.isEmpty { hunks = try parseBareHunk() }
            guard !hunks.isEmpty else {
                throw PatchSource.failure("no hunk follows the file names", line: position - 1)
            }
        } else if DialectMarker.isHunkHeader(position, source) {
            hunks = try parseHunks()
        }
        var file = try file(headers, header: header, named: named, line: start)
        file.hunks = hunks
        file.oldMode = headers.oldMode
        file.newMode = headers.newMode
        file.oldBlob = headers.blob
        if hunks.isEmpty, file.kind == .modify, headers.newMode == nil {
            throw PatchSource.failure("'\(header)' is followed by no change", line: start)
        }
        try settle(&file, name: file.name)
        files.append(file)
    }

    /// A file, one that can be executed, a symbolic link, a submodule; and a file as git wrote it before 2005.
    private static let modes: Set<String> = ["100644", "100755", "120000", "160000", "100664"]

    /// False for a line that is no header of git's.
    private func read(_ headers: inout Headers, _ line: String) throws(Failure) -> Bool {
        func rest(_ prefix: String) -> String? {
            line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : nil
        }
        if let mode = ["new file mode ", "deleted file mode ", "new mode ", "old mode "].lazy.compactMap(rest).first,
            !Self.modes.contains(mode)
        {
            throw PatchSource.failure(
                "git has no file mode '\(mode.prefix(20))'", line: position, remedy: "write 100644 or 100755")
        }
        if let mode = rest("new file mode ") {
            (headers.isNew, headers.newMode) = (true, mode)
        } else if let mode = rest("deleted file mode ") {
            (headers.isDeleted, headers.oldMode) = (true, mode)
        } else if let mode = rest("new mode ") {
            headers.newMode = mode
        } else if let mode = rest("old mode ") {
            headers.oldMode = mode
        } else if let name = rest("rename from ") {
            headers.renameFrom = PatchPath.unquoted(name)
        } else if let name = rest("rename to ") {
            headers.renameTo = PatchPath.unquoted(name)
        } else if let name = rest("copy from ") {
            headers.copyFrom = PatchPath.unquoted(name)
        } else if let name = rest("copy to ") {
            headers.copyTo = PatchPath.unquoted(name)
        } else if let index = rest("index ") {
            let ids = index.split(separator: " ").first.map(String.init) ?? ""
            headers.blob = ids.split(separator: ".").first.map(String.init)
        } else if line.hasPrefix("GIT binary patch") || line.hasPrefix("Binary files ") {
            throw Self.binary(position)
        } else {
            return line.hasPrefix("similarity index ") || line.hasPrefix("dissimilarity index ")
        }
        return true
    }

    /// A pure rename has no hunks; the names that follow it may be the next file's, in plain form.
    private func belongs(to headers: Headers) throws(Failure) -> Bool {
        guard let from = headers.renameFrom ?? headers.copyFrom, source.starts(position, "--- ") else { return true }
        guard let name = try path(at: position) else { return true }
        return name == from || name.hasSuffix("/" + from)
    }

    private func file(
        _ headers: Headers, header: String, named: (old: String?, new: String?)?, line: Int
    ) throws(Failure) -> FilePatch {
        if let from = headers.renameFrom, let to = headers.renameTo {
            return FilePatch(kind: from == to ? .modify : .rename, oldPath: from, newPath: to, patchLine: line + 1)
        }
        if let from = headers.copyFrom, let to = headers.copyTo {
            return FilePatch(kind: .copy, oldPath: from, newPath: to, patchLine: line + 1)
        }
        guard headers.renameFrom == nil, headers.renameTo == nil, headers.copyFrom == nil, headers.copyTo == nil else {
            throw PatchSource.failure(
                "a rename or copy names only one of its two files", line: line,
                remedy: "write `rename from` and `rename to`")
        }
        var (old, new): (String?, String?)
        if let named, named.old != nil, named.new != nil {
            (old, new) = PatchPath.meant(old: named.old, new: named.new)
        } else if let name = named?.old ?? named?.new {
            // One name alone does not show whether `a/` is a prefix or a folder; git's own line has both.
            let plain = PatchPath.ofGitHeader(header).flatMap { name.hasSuffix($0) ? $0 : nil }
            let side = named?.old == nil ? "b/" : "a/"
            let meant = plain ?? (name.hasPrefix(side) ? String(name.dropFirst(2)) : name)
            (old, new) = named?.old == nil ? (nil, meant) : (meant, nil)
        } else if let name = PatchPath.ofGitHeader(header) {
            (old, new) = (name, name)
        } else {
            throw PatchSource.failure("'\(header)' names no file", line: line)
        }
        if headers.isNew { old = nil }
        if headers.isDeleted { new = nil }
        guard old != nil || new != nil else {
            throw PatchSource.failure("'\(header)' makes and removes the same file", line: line)
        }
        let kind: FilePatch.Kind = old == nil ? .create : new == nil ? .delete : .modify
        return FilePatch(kind: kind, oldPath: old, newPath: new, patchLine: line + 1)
    }
}
