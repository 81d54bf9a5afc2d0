/// A command to run as a child of the host: argv without a shell, in a session of its own, ended with its whole tree.
package struct ProcessRequest: Sendable {
    /// Put into the child's environment as `DEPLOYER_OPERATION`, to find descendants that left its session.
    package var operation: String
    /// argv; the first is an absolute path, or a name found in the `PATH` of `environment` (the host's when it has none).
    package var arguments: [String]
    /// Absolute.
    package var directory: String
    /// The child's whole environment, secrets already in place: the caller has applied its allow-list
    /// (see `ChildEnvironment`).
    package var environment: [String: String]
    /// Standard input; empty stands for `/dev/null`.
    package var input: [UInt8]
    /// Time from the start to the end of the whole tree's life.
    package var timeout: Duration
    /// Time between SIGTERM and SIGKILL, on timeout and on cancellation.
    package var grace: Duration
    /// Bytes of each output to keep for the result; 0 keeps none. The callback gets everything in any case.
    package var keptOutput: Int
    /// Absolute path of a file that takes both outputs (as standard output), appended. For a command whose descendants live
    /// on and write on: a pipe would end them with SIGPIPE once the daemon has stopped reading.
    package var outputFile: String?

    package init(
        operation: String, arguments: [String], directory: String, environment: [String: String] = [:],
        input: [UInt8] = [], timeout: Duration, grace: Duration = .seconds(2), keptOutput: Int = 0
    ) {
        self.operation = operation
        self.arguments = arguments
        self.directory = directory
        self.environment = environment
        self.input = input
        self.timeout = timeout
        self.grace = grace
        self.keptOutput = keptOutput
    }
}
