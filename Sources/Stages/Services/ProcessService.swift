/// Runs the commands that plugins (and the host itself) ask for: the implementation behind `process/1`.
package protocol ProcessService: Sendable {
    /// Runs one command to its end; every fault is a result, nothing is thrown.
    ///
    /// Cancelling the surrounding task ends the whole process tree and answers `cancelled`.
    /// - Parameter output: each piece of the child's output as it was read, cut anywhere, not masked. Called on a thread
    ///   of the runner's own (never the cooperative pool), one call at a time, and none after `run` has returned. While
    ///   it does not return nothing more is read: a slow consumer slows the child down instead of filling the memory.
    func run(
        _ request: ProcessRequest, output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
    ) async -> ProcessResult
}

/// Which of a child's two outputs a piece came from.
package enum ProcessOutput: Sendable, Hashable { case standardOutput, standardError }
