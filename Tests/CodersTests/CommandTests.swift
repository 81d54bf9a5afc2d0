import Coders
import Foundation
import Model
import Stages
import SupervisorCore
import TestSupport
import Testing

/// A folder that a command may change, and what a git would say of it.
struct Tree: CoderWorktree {
    let folder: String
    let before: [String: String]

    init(_ folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: "\(folder)/repos/api", withIntermediateDirectories: true)
        try "let port = nil\n".write(toFile: "\(folder)/repos/api/main.swift", atomically: true, encoding: .utf8)
        before = Self.contents(folder)
    }

    func isChanged() async throws(Failure) -> Bool { Self.contents(folder) != before }
    func read(_ path: String) -> String? { try? String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8) }

    static func contents(_ folder: String) -> [String: String] {
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return paths.reduce(into: [:]) { $0[$1] = try? String(contentsOfFile: "\(folder)/\($1)", encoding: .utf8) }
    }
}

/// A command in a tree of its own, with what came of it.
struct CommandTrial: Sendable {
    let scratch: String
    let tree: Tree
    let recorder = Recorder()
    let ledger = MemoryCoderLedger()
    let words = Words()

    static func with(_ body: (CommandTrial) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            let real = try #require(realpath(folder, nil))
            defer { free(real) }
            let scratch = String(cString: real)
            try await body(CommandTrial(scratch: scratch, tree: Tree("\(scratch)/tree")))
        }
    }

    func propose(
        _ script: String, _ change: (inout CommandOptions) -> Void = { $0.confinement = .none },
        secrets: [String] = [], limits: CoderLimits = CoderLimits()
    ) async -> Result<CoderProposal, CoderFailure> {
        var options = CommandOptions(
            arguments: ["/bin/sh", "-c", script, "agent", "{prompt_file}"], timeout: .seconds(60))
        options.grace = .milliseconds(300)
        change(&options)
        let coder = CommandCoder(
            options, worktree: tree, processes: ProcessRunner(entrance: BuiltExecutable.path("ServiceSupervisor")),
            gate: BudgetGate(ledger: ledger, limits: limits), masker: SecretMasker(secrets), recorder: recorder)
        let words = words
        do throws(CoderFailure) {
            return .success(try await coder.propose(Fixtures.request()) { words.add($0) })
        } catch { return .failure(error) }
    }

    func failure(_ script: String, _ change: (inout CommandOptions) -> Void = { $0.confinement = .none }) async
        -> CoderFailure?
    {
        if case .failure(let failure) = await propose(script, change) { return failure }
        return nil
    }
}

/// Agents of a few lines of shell; without a sandbox, because what is looked at here is not the sandbox.
@Suite struct CommandTests {
    static let mend = "sed -i s/nil/8080/ repos/api/main.swift"

    @Test func aChangedTreeIsAProposal() async throws {
        try await CommandTrial.with { trial in
            let proposal = try await trial.propose("\(Self.mend); echo done; echo odd >&2").get()
            #expect(proposal.change == .workingTree && proposal.message == nil)
            #expect(proposal.notes == ["it ran without a sandbox"])
            #expect(trial.tree.read("repos/api/main.swift") == "let port = 8080\n")
            #expect(trial.words.all.contains("done") && trial.words.all.contains("odd"))
            #expect(trial.words.all.first?.contains("without a sandbox") == true)
            let exchange = try #require(trial.recorder.exchanges.first)
            #expect(exchange.status == 0 && exchange.received.contains("done\n"))
            #expect(exchange.sent.contains("cannot find 'port' in scope"))
            #expect(await trial.ledger.entries.map(\.isSettled) == [true])
        }
    }

    @Test func thePromptIsInAFileThatOthersCannotReadAndIsGoneAfterwards() async throws {
        try await CommandTrial.with { trial in
            let script = "stat -c %a \"$1\" >mode; cp \"$1\" prompt; cat >input; readlink /proc/self/fd/0 >stdin"
            _ = try await trial.propose(script).get()
            #expect(trial.tree.read("mode") == "600\n" && trial.tree.read("input") == "")
            #expect(trial.tree.read("stdin") == "/dev/null\n")
            #expect(trial.tree.read("prompt")?.contains("Do not commit") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: trial.scratch) == ["tree"])
        }
    }

    @Test func thePromptMayBeAnArgument() async throws {
        try await CommandTrial.with { trial in
            _ = try await trial.propose("") { options in
                options.confinement = .none
                options.arguments = ["/bin/sh", "-c", "printf %s \"$1\" >prompt; pwd >pwd", "agent", "{prompt}"]
            }.get()
            #expect(trial.tree.read("prompt")?.contains("cannot find 'port' in scope") == true)
            #expect(trial.tree.read("pwd") == "\(trial.tree.folder)\n")
            // What is kept names the command without the prompt, which is kept beside it.
            #expect(trial.recorder.exchanges.first?.target.hasSuffix("agent {prompt}") == true)
        }
    }

    @Test(arguments: [
        ([], "is empty"), (["agent", "--json"], "no place for the prompt"),
        (["agent-that-is-not-there", "{prompt}"], "cannot be started"),
    ]) func aCommandThatCannotBeRunIsTheOperatorsBusiness(arguments: [String], words: String) async throws {
        try await CommandTrial.with { trial in
            let failure = await trial.failure("") { options in
                options.confinement = .none
                options.arguments = arguments
            }
            #expect(failure?.meaning == .setup && failure?.description.contains(words) == true)
        }
    }

    @Test(arguments: [
        ("true", Failure.Code.coderUnchanged, "changed nothing"),
        ("\(mend); echo no way; exit 3", .coderCommand, "ended with 3: no way"),
        ("\(mend); kill -SEGV $$", .coderCommand, "signal 11"),
    ]) func otherEndsAreBadAnswers(script: String, code: Failure.Code, words: String) async throws {
        try await CommandTrial.with { trial in
            let failure = await trial.failure(script)
            #expect(failure?.meaning == .badAnswer && failure?.failure.code == code)
            #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "-")")
        }
    }

    @Test func whoDoesNotEndIsEndedWithEverythingHeStarted() async throws {
        try await CommandTrial.with { trial in
            let script = "setsid sleep 1000 & echo $! >child; setsid sh -c 'trap \"\" TERM; sleep 1000' & sleep 1000"
            let failure = await trial.failure(script) { options in
                options.confinement = .none
                options.timeout = .milliseconds(700)
            }
            #expect(failure?.failure.code == .coderTimeout && failure?.meaning == .badAnswer)
            let child = try #require(trial.tree.read("child").flatMap { Int32($0.dropLast()) })
            #expect(ProcessTable.entry(child)?.isZombie ?? true)
        }
    }

    @Test func itSeesNoEnvironmentButWhatIsNamed() async throws {
        try await CommandTrial.with { trial in
            setenv("DEPLOYER_TEST_LEAK", "canary", 1)
            _ = try await trial.propose("env >env; echo token=$NAMED") { options in
                options.confinement = .none
                options.environment = ["NAMED": "named-secret-1"]
            }.get()
            let names = Set(
                try #require(trial.tree.read("env")).split(separator: "\n").compactMap {
                    $0.split(separator: "=").first
                })
            let known: Set<Substring> = [
                "PATH", "HOME", "LANG", "TMPDIR", "NAMED", "PWD", "OLDPWD", "SHLVL", "_", "DEPLOYER_OPERATION",
            ]
            #expect(names.filter { !$0.hasPrefix("DEPLOYER_") }.isSubset(of: known), "\(names)")
            #expect(!names.contains("DEPLOYER_TEST_LEAK"))
            // A value that was handed over is a secret from then on.
            #expect(trial.words.all.contains("token=***"))
        }
    }

    @Test func secretsAreMaskedInWhatItPrintsAndAFloodIsDammed() async throws {
        try await CommandTrial.with { trial in
            let script =
                "\(Self.mend); printf 'hunter2-hunt'; sleep 0.2; echo er2; printf 'hunter2-\\342\\200\\213hunter2\\n'; "
                + "seq 1 200000"
            _ = try await trial.propose(script, secrets: ["hunter2-hunter2"]).get()
            #expect(trial.words.all.count < 6000 && !trial.words.all.contains { $0.contains("hunter2") })
            let kept = try #require(trial.recorder.exchanges.first).received
            #expect(kept.utf8.count < 300_000 && !kept.contains("hunter2") && kept.contains("***"))
        }
    }

    @Test func eventsOfCodexAreProgressAndItsTokensCount() async throws {
        try await CommandTrial.with { trial in
            let events = [
                #"{"type":"thread.started","thread_id":"1"}"#, #"{"type":"turn.started"}"#,
                #"{"type":"item.started","item":{"id":"a","type":"command_execution","command":"swift build","aggregated_output":"","status":"in_progress"}}"#,
                #"{"type":"item.completed","item":{"id":"b","type":"agent_message","text":"Fixed the port.\n\nIt was nil.\n\nCo-authored-by: x"}}"#,
                #"{"type":"turn.completed","usage":{"input_tokens":500,"cached_input_tokens":100,"output_tokens":40}}"#,
            ]
            let script = events.map { "echo '\($0.replacing("\\", with: "\\\\"))'" }.joined(separator: "; ")
            let proposal = try await trial.propose("\(script); \(Self.mend)").get()
            #expect(proposal.message == "Fix the port\n\nIt was nil.")
            #expect(proposal.usage == TokenUsage(input: 500, cached: 100, output: 40))
            #expect(trial.words.all.contains("runs swift build"))
            #expect(await trial.ledger.entries.first?.usage.total == 540)
        }
    }

    @Test func anAgentThatSaysItFailedIsBelievedThough() async throws {
        try await CommandTrial.with { trial in
            let script = #"echo '{"type":"turn.failed","error":{"message":"usage limit reached"}}'; "# + Self.mend
            let failure = await trial.failure(script)
            #expect(failure?.description.contains("says that it failed: usage limit reached") == true)
        }
    }

    @Test func cancellingEndsIt() async throws {
        try await CommandTrial.with { trial in
            let task = Task { await trial.failure("echo $$ >pid; sleep 1000") }
            var pid: Int32?
            while pid == nil {
                try await Task.sleep(for: .milliseconds(20))
                pid = trial.tree.read("pid").flatMap { Int32($0.dropLast()) }
            }
            task.cancel()
            #expect(await task.value?.failure.code == .coderCancelled)
            #expect(ProcessTable.entry(try #require(pid))?.isZombie ?? true)
        }
    }

    @Test func aBudgetOfRequestsHoldsForCommandsToo() async throws {
        try await CommandTrial.with { trial in
            let limits = CoderLimits(perHour: .init(money: 1), perFailure: .init(requests: 1))
            _ = try await trial.propose(Self.mend, limits: limits).get()
            guard case .failure(let failure) = await trial.propose(Self.mend, limits: limits) else {
                Issue.record("a second run")
                return
            }
            #expect(failure.meaning == .spent(until: nil))
        }
    }
}
