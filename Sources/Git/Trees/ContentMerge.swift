import CGit2
package import Model

extension GitRepository {
    /// Merges what became of one file on two sides since `base`, line by line.
    ///
    /// - Returns: nil where both sides changed the same lines otherwise.
    package func merge(base: [UInt8], ours: [UInt8], theirs: [UInt8]) throws(Failure) -> [UInt8]? {
        if ours == theirs || base == theirs { return ours }
        if base == ours { return theirs }
        var result = git_merge_file_result()
        defer { git_merge_file_result_free(&result) }
        var options = git_merge_file_options()
        try git(.merge, "a file") { git_merge_file_options_init(&options, GitLibrary.optionsVersion) }
        try git(.merge, "a file") {
            Self.withInput(base) { base in
                Self.withInput(ours) { ours in
                    Self.withInput(theirs) { theirs in git_merge_file(&result, base, ours, theirs, &options) }
                }
            }
        }
        guard result.automergeable != 0 else { return nil }
        return result.len == 0 ? [] : Array(UnsafeRawBufferPointer(start: result.ptr, count: result.len))
    }

    private static func withInput(_ content: [UInt8], _ body: (UnsafePointer<git_merge_file_input>) -> Int32) -> Int32 {
        content.withUnsafeBytes { bytes in
            var input = git_merge_file_input()
            git_merge_file_input_init(&input, GitLibrary.optionsVersion)
            // No address for nothing: the library takes it for a file that is not there.
            input.ptr = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            input.size = bytes.count
            return withUnsafePointer(to: input, body)
        }
    }
}
