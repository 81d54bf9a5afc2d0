package import Model
package import Stages
import SupervisorCore

/// Has an agent work in a working tree: its input closed, shut in where bubblewrap is installed, ended with its whole tree.
package struct CommandCoder: Coder {
    let options: CommandOptions
    let prompts: PromptOptions
    let worktree: any CoderWorktree
    let processes: any ProcessService
    let gate: BudgetGate
    let masker: SecretMasker
    let recorder: (any CoderRecorder)?
    let clock: @Sendable () -> Timestamp

    /// - Parameter processes: with limits and niceness as the operator wants them.
    package init(
        _ options: CommandOptions, prompts: PromptOptions = PromptOptions(), worktree: any CoderWorktree,
        processes: any ProcessService, gate: BudgetGate, masker: SecretMasker, recorder: (any CoderRecorder)? = nil,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.options = options
        self.prompts = prompts
        self.worktree = worktree
        self.processes = processes
        self.gate = gate
        self.masker = masker
        self.recorder = recorder
        self.clock = clock
        for value in options.environment.values { masker.register(value) }
    }

    package func propose(_ request: CoderRequest, progress: @escaping @Sendable (String) -> Void)
        async throws(CoderFailure) -> CoderProposal
    {
        let prompt = PromptBuilder(prompts) { [masker] in masker.mask($0) }.prompt(for: request, way: .workingTree)
        let template = CommandLineTemplate(arguments: options.arguments)
        try template.check(prompt.whole)
        let scratch = options.scratch ?? Self.parent(of: worktree.folder)
        let file: PromptFile?
        if template.takesFile {
            guard let written = PromptFile(prompt.whole, in: scratch) else {
                throw CoderFailure(
                    .away(until: nil), .coderCommand, "the prompt cannot be written into '\(scratch)'",
                    remedy: "see to its disk and permissions", cause: Files.lastError)
            }
            file = written
        } else {
            file = nil
        }
        defer { file?.remove() }
        let environment = environment
        let sandbox = try await CommandConfinement(options: options, processes: processes)
            .sandbox(environment, showing: file?.path)
        if sandbox == nil { progress("it runs without a sandbox, with all rights of the daemon's user") }
        let arguments = template.filled(prompt: prompt.whole, file: file?.path ?? "", worktree: worktree.folder)
        let entry = try await gate.open(
            request, model: options.model, most: TokenUsage(input: prompt.tokens, isEstimated: true), at: clock())
        let run = await run(arguments, sandbox, environment, progress)
        let said = run.report
        let usage = said.isCounted ? said.usage : TokenUsage(input: prompt.tokens, isEstimated: true)
        let settled = try await gate.settle(entry, usage)
        let outcome = await judge(run)
        await record(request, prompt, run, settled, outcome)
        switch outcome {
        case .failure(let failure): throw failure
        case .success(let notes):
            let message = said.message.flatMap { CoderMessage.cleaned($0) }
            return CoderProposal(change: .workingTree, message: message, notes: notes, usage: usage)
        }
    }

    // MARK: the run

    struct Run {
        var arguments: [String]
        var result: ProcessResult
        var report: CommandReport.Summary
        var isShutIn: Bool
    }

    private var environment: [String: String] {
        let home = options.confinement == .bubblewrap ? CommandConfinement.home : options.home
        let own = ["PATH": options.path, "HOME": home, "LANG": "C.UTF-8", "TMPDIR": "/tmp"]
        return own.merging(options.environment) { _, named in named }
    }

    private func run(
        _ arguments: [String], _ sandbox: Sandbox?, _ environment: [String: String],
        _ progress: @escaping @Sendable (String) -> Void
    ) async -> Run {
        let report = CommandReport(masker, progress)
        var limits = StageOutput.Options()
        // An event of `codex exec` holds the whole output of a command.
        limits.lineBytes = 1 << 20
        let output = StageOutput(file: nil, options: limits) { report.take($0) }
        let capture = OutputCapture(output, mask: OutputMask.each(hiding: masker))
        let folder = worktree.folder
        let request = ProcessRequest(
            operation: "coder-\(RandomName.make())",
            arguments: sandbox?.wrap(arguments, in: folder, writable: [folder], home: CommandConfinement.home)
                ?? arguments,
            directory: folder, environment: environment, timeout: options.timeout, grace: options.grace)
        let result = await processes.run(request) { capture.receive($0, $1) }
        capture.finish()
        output.finish()
        return Run(arguments: arguments, result: result, report: report.summary, isShutIn: sandbox != nil)
    }

    private func record(
        _ request: CoderRequest, _ prompt: CoderPrompt, _ run: Run, _ entry: CoderLedgerEntry,
        _ outcome: Result<[String], CoderFailure>
    ) async {
        guard let recorder else { return }
        var status: Int?
        if case .exited(let code) = run.result.end { status = Int(code) }
        let target = run.arguments.map { $0.contains(prompt.boundary) ? "{prompt}" : $0 }.joined(separator: " ")
        var received = run.report.whole
        if run.report.leftOut > 0 { received += "[\(run.report.leftOut) bytes left out]\n" }
        let judgement: String
        switch outcome {
        case .success: judgement = "the working tree was changed"
        case .failure(let failure): judgement = failure.description
        }
        await recorder.record(
            CoderExchange(
                at: entry.at, request: request, target: masker.mask(target), sent: masker.mask(prompt.whole),
                status: status, received: received, usage: entry.usage, cost: entry.cost,
                duration: run.result.duration, judgement: judgement))
    }

    static func parent(of path: String) -> String {
        let parts = path.split(separator: "/").dropLast()
        return "/" + parts.joined(separator: "/")
    }
}
