package import Stages

/// Where a stranger's code is run before anybody agreed to it: its build, its description, the harness. Bounded in time, with
/// an environment of its own, ended with everything it started; shut in where bubblewrap is there.
package struct Confinement: Sendable {
    let sandbox: Sandbox?
    /// `bubblewrap, without network`, or why there is none.
    let words: String
    let environment: [String: String]
    let folder: BuildFolder
    let processes: ProcessRunner

    private static let keptOutput = 8 << 20

    /// - Parameter arguments: argv; an absolute path, or a name found in the PATH that it has.
    func run(
        _ arguments: [String], in directory: String, timeout: Duration, keptOutput: Int = 0,
        output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void = { _, _ in }
    ) async -> ProcessResult {
        await processes.run(
            ProcessRequest(
                operation: "plugin-build",
                arguments: sandbox?.wrap(arguments, in: directory, writable: [folder.path]) ?? arguments,
                directory: sandbox == nil ? directory : "/", environment: environment, timeout: timeout,
                keptOutput: keptOutput), output: output)
    }

    /// Runs a program of ours on a library, and hands back what it printed.
    package func run(_ arguments: [String], timeout: Duration) async -> ProcessResult {
        await run(arguments, in: folder.path, timeout: timeout, keptOutput: Self.keptOutput)
    }
}
