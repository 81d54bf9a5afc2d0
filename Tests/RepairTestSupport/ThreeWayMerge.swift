import CGit2

/// What libgit2 makes of one file's two sides, as the daemon has it merged.
enum ThreeWayMerge {
    /// nil: both sides changed the same lines.
    static func merge(base: [UInt8], ours: [UInt8], theirs: [UInt8]) -> [UInt8]? {
        if ours == theirs || base == theirs { return ours }
        if base == ours { return theirs }
        git_libgit2_init()
        defer { git_libgit2_shutdown() }
        var result = git_merge_file_result()
        defer { git_merge_file_result_free(&result) }
        let status = input(base) { base in
            input(ours) { ours in input(theirs) { theirs in git_merge_file(&result, base, ours, theirs, nil) } }
        }
        guard status == 0, result.automergeable != 0 else { return nil }
        return Array(UnsafeRawBufferPointer(start: result.ptr, count: result.len))
    }

    private static func input(_ content: [UInt8], _ body: (UnsafePointer<git_merge_file_input>) -> Int32) -> Int32 {
        content.withUnsafeBytes { bytes in
            var input = git_merge_file_input()
            git_merge_file_input_init(&input, UInt32(GIT_MERGE_FILE_INPUT_VERSION))
            input.ptr = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            input.size = bytes.count
            return withUnsafePointer(to: input, body)
        }
    }
}
