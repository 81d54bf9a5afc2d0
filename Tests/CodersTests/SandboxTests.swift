import Foundation
import Model
import Stages
import Synchronization
import TestSupport
import Testing

@testable import Coders

/// bubblewrap, for real: what an agent in it can and cannot do.
@Suite struct SandboxTests {
    /// Why there is no sandbox here; nil where there is one.
    static let missing: String? = {
        guard let program = Sandbox.find(in: "/usr/local/bin:/usr/bin:/bin") else {
            return "bubblewrap is not installed"
        }
        let probe = try? PeerCommand.run([
            program, "--ro-bind", "/", "/", "--unshare-pid", "--unshare-net", "--die-with-parent", "/bin/true",
        ])
        return probe?.status == 0 ? nil : "bubblewrap does not work here: \(probe?.text.prefix(200) ?? "")"
    }()

    static func run(
        _ trial: CommandTrial, _ script: String, _ change: (inout CommandOptions) -> Void = { _ in }
    ) async -> Result<CoderProposal, CoderFailure> {
        await trial.propose(script) { options in
            options.confinement = .bubblewrap
            change(&options)
        }
    }

    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func theWorkingTreeIsWritableAndNothingElseIs() async throws {
        try await CommandTrial.with { trial in
            try "mine".write(toFile: "\(trial.scratch)/secret", atomically: true, encoding: .utf8)
            let places = ["\(trial.scratch)/x", "/usr/x", "/etc/x", "/opt/x", "/x", "$1"]
            let script = """
                \(CommandTests.mend)
                for place in \(places.map { "\"\($0)\"" }.joined(separator: " ")); do
                    (echo x >"$place") 2>/dev/null && echo "$place" >>written
                done
                for file in /proc/sys/kernel/core_pattern /proc/sysrq-trigger; do
                    (: >>$file) 2>/dev/null && echo $file >>kernel
                done
                cat "\(trial.scratch)/secret" >read 2>&1 || true
                ls "\(trial.scratch)" >seen
                head -c 20 "$1" >prompt
                """
            let proposal = try await Self.run(trial, script).get()
            #expect(proposal.change == .workingTree && proposal.notes.isEmpty)
            #expect(trial.tree.read("repos/api/main.swift") == "let port = 8080\n")
            // `/x` is the sandbox's own, in memory, and `/opt`, where the machine has it, is not.
            let written = (trial.tree.read("written") ?? "").split(separator: "\n").map(String.init)
            for place in written {
                #expect(!FileManager.default.fileExists(atPath: place) || place == "$1", "\(place)")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(trial.scratch)/x"))
            #expect(trial.tree.read("kernel") == nil)
            #expect(trial.tree.read("read")?.contains("mine") == false)
            #expect(trial.tree.read("seen")?.contains("secret") == false)
            #expect(trial.tree.read("prompt") == "You mend a failed bu")
        }
    }

    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func aSecretInTheHomeCannotBeReadAndTheHomeIsEmpty() async throws {
        try await CommandTrial.with { trial in
            let home = "\(trial.scratch)/home"
            try FileManager.default.createDirectory(atPath: "\(home)/bin", withIntermediateDirectories: true)
            try "ssh-key".write(toFile: "\(home)/id_ed25519", atomically: true, encoding: .utf8)
            let script = """
                cat "\(home)/id_ed25519" >>found 2>&1
                cat /root/.bashrc /home/*/.bashrc /etc/shadow >>found 2>/dev/null
                echo "$HOME" >home; ls -A "$HOME" >>home; touch "$HOME/scratch" && echo ok >>home
                ls -A /tmp >tmp; ls /root >root 2>&1 || true
                """
            // PATH leads into the home, as it does with many agents; the folder of programs is shown, not the home above it.
            _ = try await Self.run(trial, script) { options in
                options.home = home
                options.path = "/usr/bin:/bin:\(home)/bin:\(home)"
            }.get()
            #expect(trial.tree.read("found")?.contains("ssh-key") == false)
            #expect(trial.tree.read("found")?.contains("root:") == false)
            #expect(trial.tree.read("home") == "/home/coder\nok\n")
            // What a fresh /tmp holds beside the way to the working tree is nothing.
            let tmp = (trial.tree.read("tmp") ?? "").split(separator: "\n").map(String.init)
            #expect(tmp.allSatisfy { trial.scratch.hasPrefix("/tmp/\($0)") }, "\(tmp)")
        }
    }

    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func aLoopbackServerCannotBeReachedUnlessTheNetworkIsAllowed() async throws {
        let server = try FaultyServer(.answer(status: 200, type: "text/plain", body: "hello"))
        defer { server.stop() }
        let script = """
            exec 3<>/dev/tcp/127.0.0.1/\(server.port) && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 >answer
            touch tried
            """
        for isOnline in [false, true] {
            try await CommandTrial.with { trial in
                _ = try await Self.run(trial, script) { options in
                    options.arguments[0] = "/bin/bash"
                    options.isOnline = isOnline
                }.get()
                #expect(trial.tree.read("answer")?.hasPrefix("HTTP/1.1 200") ?? false == isOnline)
            }
        }
        #expect(server.acceptedConnections == 1)
    }

    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func noChildIsLeftBehindAndNoOtherProcessIsSeen() async throws {
        try await CommandTrial.with { trial in
            let name = "coder-leftover-\(UInt32.random(in: 0 ... .max))"
            let script = """
                setsid sh -c 'exec -a \(name) sleep 1000' >/dev/null 2>&1 &
                (setsid env -i \(name)=1 sleep 999 &) >/dev/null 2>&1
                ls /proc | grep -c '^[0-9]' >processes
                kill -9 \(getpid()) 2>kill || true
                \(CommandTests.mend)
                """
            _ = try await Self.run(trial, script) { $0.arguments[0] = "/bin/bash" }.get()
            let count = try #require(trial.tree.read("processes").flatMap { Int($0.dropLast()) })
            #expect(count < 12)
            let left = (try FileManager.default.contentsOfDirectory(atPath: "/proc")).filter { pid in
                let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
                let variables = try? String(contentsOfFile: "/proc/\(pid)/environ", encoding: .utf8)
                return Int(pid) != nil && (line?.contains(name) == true || variables?.contains(name) == true)
            }
            #expect(left.isEmpty)
        }
    }

    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func whoDoesNotEndInASandboxIsEnded() async throws {
        try await CommandTrial.with { trial in
            let result = await Self.run(trial, "trap '' TERM; sleep 1000") { $0.timeout = .milliseconds(700) }
            guard case .failure(let failure) = result else {
                Issue.record("it ended")
                return
            }
            #expect(failure.failure.code == .coderTimeout)
        }
    }

    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func aProgramThatTheSandboxDoesNotShowIsNamed() async throws {
        try await CommandTrial.with { trial in
            let agent = "\(trial.scratch)/agent"
            try "#!/bin/sh\n\(CommandTests.mend)\n".write(toFile: agent, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: agent)
            let hidden = await Self.run(trial, "") { $0.arguments = [agent, "{prompt_file}"] }
            guard case .failure(let failure) = hidden else {
                Issue.record("it ran")
                return
            }
            #expect(failure.meaning == .setup && failure.description.contains("DISPATCHER_CODER_FOLDERS"))
            let shown = await Self.run(trial, "") { options in
                options.arguments = [agent, "{prompt_file}"]
                options.readable = [agent]
            }
            let proposal = try shown.get()
            #expect(proposal.change == .workingTree)
        }
    }

    @Test func withoutBubblewrapNothingRunsUnlessThatIsSaid() async throws {
        try await CommandTrial.with { trial in
            let result = await Self.run(trial, CommandTests.mend) { $0.path = "/nonexistent" }
            guard case .failure(let failure) = result else {
                Issue.record("it ran")
                return
            }
            #expect(failure.meaning == .setup && failure.failure.code == .coderSandbox)
            #expect(failure.description.contains("DISPATCHER_CODER_SANDBOX=none"))
            #expect(trial.tree.read("repos/api/main.swift") == "let port = nil\n")
        }
    }

    /// What the sandbox itself consists of is over when the command is: nothing is left to be found and ended.
    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func nothingOfTheSandboxIsLeftBehind() async throws {
        let notes = Mutex<[String]>([])
        let runner = ProcessRunner(
            options: .init(note: { _, text in notes.withLock { $0.append(text) } }))
        let confinement = CommandConfinement(
            options: CommandOptions(arguments: ["a", "{prompt}"]), processes: runner)
        for _ in 0..<20 { _ = try await confinement.sandbox(["PATH": "/usr/bin:/bin"], showing: nil) }
        #expect(notes.withLock { $0 } == [])
    }

    /// A process that outlives its command is in there, and goes with it; so does the command's word.
    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"), arguments: [("exit 3", 3), ("kill -9 $$", 137)])
    func theCommandsEndIsTheSandboxes(script: String, code: Int32) async throws {
        let runner = ProcessRunner(options: .init())
        let confinement = CommandConfinement(
            options: CommandOptions(arguments: ["a", "{prompt}"]), processes: runner)
        let sandbox = try #require(try await confinement.sandbox(["PATH": "/usr/bin:/bin"], showing: nil))
        let line = sandbox.wrap(["/bin/sh", "-c", "sleep 60 & \(script)"], in: "/", writable: ["/tmp"])
        let result = await runner.run(
            ProcessRequest(
                operation: "trial", arguments: line, directory: "/", environment: ["PATH": "/usr/bin:/bin"],
                timeout: .seconds(50), keptOutput: 1000)
        ) { _, _ in }
        #expect(result.end == .exited(code: code))
    }

    /// Ends every command as it is told to.
    struct Fate: ProcessService {
        let end: ProcessResult.End
        func run(
            _ request: ProcessRequest, output: @escaping @Sendable (ProcessOutput, UnsafeRawBufferPointer) -> Void
        ) async -> ProcessResult { ProcessResult(end: end) }
    }

    /// That says nothing about the sandbox: the question is asked again, and the loop not stopped for good.
    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func aMachineWithoutTimeIsAnOutage() async throws {
        for (end, code) in [(ProcessResult.End.timedOut, Failure.Code.coderSandbox), (.cancelled, .coderCancelled)] {
            let confinement = CommandConfinement(
                options: CommandOptions(arguments: ["a", "{prompt}"]), processes: Fate(end: end))
            do throws(CoderFailure) {
                _ = try await confinement.sandbox(["PATH": "/usr/bin:/bin"], showing: nil)
                Issue.record("a sandbox")
            } catch {
                #expect(error.meaning == .away(until: nil) && error.failure.code == code)
            }
        }
    }

    /// A bubblewrap that is installed and may not make name spaces.
    @Test func aSandboxThatDoesNotWorkIsNone() async throws {
        try await CommandTrial.with { trial in
            let bin = "\(trial.scratch)/bin"
            try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
            try "#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n".write(
                toFile: "\(bin)/bwrap", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(bin)/bwrap")
            let result = await Self.run(trial, CommandTests.mend) { $0.path = "\(bin):/usr/bin:/bin" }
            guard case .failure(let failure) = result else {
                Issue.record("it ran")
                return
            }
            #expect(failure.description.contains("No permissions to create a new namespace"))
            #expect(trial.tree.read("repos/api/main.swift") == "let port = nil\n")
        }
    }
}
