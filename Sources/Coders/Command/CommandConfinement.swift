import Model
import Stages
import SupervisorCore

/// How a command is shut in here, or why it is not run.
struct CommandConfinement {
    let options: CommandOptions
    let processes: any ProcessService

    /// A home that is nobody's.
    static let home = "/home/coder"

    /// - Throws: `setup` where there is no sandbox and the operator has not said that there need be none.
    func sandbox(_ environment: [String: String], showing file: String?) async throws(CoderFailure) -> Sandbox? {
        guard options.confinement == .bubblewrap else { return nil }
        guard let program = Sandbox.find(in: options.path) else {
            throw Self.refusal("bubblewrap is not installed", remedy: "install the package bubblewrap")
        }
        let sandbox = Sandbox(
            program: program, environment: environment, programs: options.readable + [file].compactMap { $0 },
            hidden: options.hidden + [options.home], isOnline: options.isOnline)
        if let problem = try await problem(of: sandbox) {
            throw Self.refusal(
                "bubblewrap does not work here (\(problem))", remedy: "allow user namespaces")
        }
        return sandbox
    }

    private static let patience: Duration = .seconds(60)

    /// Tried out: user namespaces may be switched off.
    ///
    /// Throws what says nothing about them: the machine has no time, or the work was cancelled.
    private func problem(of sandbox: Sandbox) async throws(CoderFailure) -> String? {
        let line = sandbox.wrap(["/bin/true"], in: "/", writable: ["/tmp"], home: Self.home)
        let result = await processes.run(
            ProcessRequest(
                operation: "coder-probe-\(RandomName.make())", arguments: line, directory: "/",
                environment: ["PATH": options.path], timeout: Self.patience, keptOutput: 1000)
        ) { _, _ in }
        switch result.end {
        case .exited(code: 0): return nil
        case .cancelled: throw OpenAICall.cancelled
        case .timedOut:
            throw CoderFailure(
                .away(until: nil), .coderSandbox, "bubblewrap did not start within \(Self.patience.spoken)",
                remedy: "see what keeps this machine busy")
        default:
            let words = String(decoding: result.standardError, as: UTF8.self).split(separator: "\n").first
            return words.map(String.init) ?? "\(result.end)"
        }
    }

    private static func refusal(_ reason: String, remedy: String) -> CoderFailure {
        CoderFailure(
            .setup, .coderSandbox, "the coder's command is not run without a sandbox, and \(reason)",
            remedy: "\(remedy), or let it run with all of the daemon's rights (DISPATCHER_CODER_SANDBOX=none)")
    }
}
