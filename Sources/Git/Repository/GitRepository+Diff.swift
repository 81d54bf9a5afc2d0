import CGit2
package import Model

/// A unified diff as text.
package struct DiffText: Hashable, Sendable {
    package var text: String
    /// Bytes that did not fit; 0 when the text is whole.
    package var omittedBytes: Int
}

extension GitRepository {
    /// The difference between two trees as a unified diff, for reports.
    /// - Parameters:
    ///   - old: nil for an empty tree.
    ///   - path: only what lies at or below it.
    ///   - limit: bytes of text; it ends at the end of a line.
    package func diff(
        fromTree old: ObjectID?, toTree new: ObjectID, under path: String = "", contextLines: Int = 3,
        limit: Int = 256 << 10
    ) throws(Failure) -> DiffText {
        try session.diff(old, new, under: path, contextLines: contextLines, limit: limit)
    }

    /// As `diff(fromTree:toTree:)`, between commits.
    package func diff(
        from old: Revision?, to new: Revision, under path: String = "", contextLines: Int = 3, limit: Int = 256 << 10
    ) throws(Failure) -> DiffText {
        var base: ObjectID?
        if let old { base = try tree(of: old) }
        return try session.diff(base, try tree(of: new), under: path, contextLines: contextLines, limit: limit)
    }
}

extension GitSession {
    func diff(
        _ old: ObjectID?, _ new: ObjectID, under path: String, contextLines: Int, limit: Int
    ) throws(Failure) -> DiffText {
        let newTree = try treeHandle(new)
        var oldTree: Owned?
        if let old { oldTree = try treeHandle(old) }
        let oldPointer = oldTree?.pointer
        var options = git_diff_options()
        try git(.compare, name) { git_diff_options_init(&options, GitLibrary.optionsVersion) }
        options.context_lines = UInt32(clamping: contextLines)
        options.flags = GIT_DIFF_DISABLE_PATHSPEC_MATCH.rawValue | GIT_DIFF_INDENT_HEURISTIC.rawValue
        let diff = try withStringArray(path.isEmpty ? [] : [path]) { array throws(Failure) in
            options.pathspec = array
            return try Swift.Result<OpaquePointer, Failure> { () throws(Failure) in
                var pointer: OpaquePointer?
                try git(.compare, name) {
                    git_diff_tree_to_tree(&pointer, repository, oldPointer, newTree.pointer, &options)
                }
                guard let pointer else { throw Failure(.gitFailed, "cannot compare trees of '\(name)'") }
                return pointer
            }.get()
        }
        let owned = Owned(diff, free: git_diff_free)
        let sink = DiffSink(limit: limit)
        try git(.compare, name) {
            git_diff_print(
                owned.pointer, GIT_DIFF_FORMAT_PATCH,
                { _, _, line, payload in
                    guard let line, let payload else { return 0 }
                    Unmanaged<DiffSink>.fromOpaque(payload).takeUnretainedValue().add(line.pointee)
                    return 0
                }, Unmanaged.passUnretained(sink).toOpaque())
        }
        return DiffText(text: String(decoding: sink.text, as: UTF8.self), omittedBytes: sink.omitted)
    }
}

/// Gathers the lines that libgit2 prints, up to a limit.
private final class DiffSink {
    let limit: Int
    var text: [UInt8] = []
    var omitted = 0

    init(limit: Int) { self.limit = limit }

    func add(_ line: git_diff_line) {
        let origin = UInt8(bitPattern: line.origin)
        // Context, additions and deletions come without their first character; headers are whole.
        let isContent = origin == UInt8(ascii: " ") || origin == UInt8(ascii: "+") || origin == UInt8(ascii: "-")
        let length = line.content_len + (isContent ? 1 : 0)
        guard omitted == 0, text.count + length <= limit, let content = line.content else {
            omitted += length
            return
        }
        if isContent { text.append(origin) }
        text.append(contentsOf: UnsafeRawBufferPointer(start: content, count: line.content_len))
    }
}
