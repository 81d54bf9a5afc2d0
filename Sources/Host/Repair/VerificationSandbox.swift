import Model
import Settings
import Stages

/// Whether verifications are shut in here: found out once, by trying.
actor VerificationSandbox {
    private let mode: VerificationConfinement
    private let confinement: StageConfinement?
    private let processes: ProcessRunner
    private let say: @Sendable (String) -> Void
    private var isOn: Bool?

    /// - Parameter confinement: nil where bubblewrap is not installed.
    init(
        _ mode: VerificationConfinement, _ confinement: StageConfinement?, _ processes: ProcessRunner,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.mode = mode
        self.confinement = confinement
        self.processes = processes
        self.say = say
    }

    /// Throws `repair.sandbox` where there is none and the operator wants no verification without.
    func confines() async throws(Failure) -> Bool {
        if mode == .none { return false }
        if let isOn { return isOn }
        guard let problem = await problem() else {
            isOn = true
            return true
        }
        guard mode == .auto else {
            throw Failure(
                .init("repair.sandbox"), "patches are not tried without a sandbox, and \(problem)",
                remedy: "install the package bubblewrap and allow user namespaces, or set DISPATCHER_VERIFY_SANDBOX",
                scheduling: .wait(for: "bubblewrap"))
        }
        say(
            "patches are built and tested with all rights of the daemon, for \(problem); install bubblewrap, or say that it is "
                + "meant so: DISPATCHER_VERIFY_SANDBOX=none")
        isOn = false
        return false
    }

    private func problem() async -> String? {
        guard let confinement else { return "bubblewrap is not installed" }
        let sandbox = Sandbox(program: confinement.program, environment: [:], isOnline: true)
        let result = await processes.run(
            ProcessRequest(
                operation: "verify-probe", arguments: sandbox.wrap(["/bin/true"], in: "/", writable: ["/tmp"]),
                directory: "/", timeout: .seconds(60), keptOutput: 1000)
        ) { _, _ in }
        if case .exited(code: 0) = result.end { return nil }
        let words = String(decoding: result.standardError, as: UTF8.self).split(separator: "\n").first
        return "bubblewrap does not work here (\(words.map(String.init) ?? "\(result.end)"))"
    }
}
