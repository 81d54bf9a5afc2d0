/// How a command ended.
package struct ProcessResult: Sendable, Hashable {
    package enum End: Sendable, Hashable {
        case exited(code: Int32)
        case signalled(Int32)
        /// It was still running when its timeout passed; nothing of its tree is left.
        case timedOut
        /// The surrounding task was cancelled; nothing of its tree is left.
        case cancelled
        /// No process came to be: `code` is an errno (ENOENT: no such program, ENOTDIR: no such folder, EACCES).
        case notStarted(code: Int32, reason: String)
    }
    package var end: End
    /// From spawn to the end of the tree.
    package var duration: Duration
    /// The first `keptOutput` bytes of standard output.
    package var standardOutput: [UInt8]
    /// The first `keptOutput` bytes of standard error.
    package var standardError: [UInt8]
    /// True when there was more than was kept.
    package var isOutputCut: Bool
    package var isErrorCut: Bool

    package init(
        end: End, duration: Duration = .zero, standardOutput: [UInt8] = [], standardError: [UInt8] = [],
        isOutputCut: Bool = false, isErrorCut: Bool = false
    ) {
        self.end = end
        self.duration = duration
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.isOutputCut = isOutputCut
        self.isErrorCut = isErrorCut
    }

    package var succeeded: Bool { end == .exited(code: 0) }
}
