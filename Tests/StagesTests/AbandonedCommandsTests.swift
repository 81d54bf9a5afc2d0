import Stages
import SupervisorCore
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a daemon that was killed leaves behind, and what only looks like it. One after the other: each ends what the other
/// has started.
@Suite(.serialized) struct AbandonedCommandsTests {
    @Test func whatAKilledDaemonsCommandsLeftRunningIsEnded() async throws {
        // Two processes as a daemon of pid 1 with another start time would have left them; the second is to stay.
        var pids: [Int32] = []
        for suffix in ["", ".kept"] {
            let request = ProcessRunnerTests.shell(
                "DEPLOYER_COMMAND=1.12345678901.7\(suffix) setsid sleep 300 >/dev/null 2>&1 & echo $!")
            var runner = ProcessRunnerTests.runners[1]
            runner.options.descendants = .kept
            let result = await runner.run(request) { _, _ in }
            let text = String(decoding: result.standardOutput, as: UTF8.self)
            pids.append(try #require(Int32(text.filter(\.isNumber))))
        }
        for pid in pids {
            // Bounded: a daemon that starts on this machine at the same time may end it first.
            let deadline = ContinuousClock.now + .seconds(30)
            while ProcessTable.variable("DEPLOYER_COMMAND", of: pid)?.hasPrefix("1.") != true {
                try #require(ContinuousClock.now < deadline, "the command \(pid) is not there")
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        #expect(await ProcessRunner.endAbandoned() >= 1)
        // It was sent SIGKILL; when it dies is the kernel's matter.
        let deadline = ContinuousClock.now + .seconds(30)
        while ProcessTable.entry(pids[0])?.isZombie == false, ContinuousClock.now < deadline { usleep(1000) }
        #expect(ProcessTable.entry(pids[0]).map(\.isZombie) ?? true)
        let kept = try #require(ProcessTable.entry(pids[1]))
        #expect(!kept.isZombie)
        ProcessTable.signal(kept, SIGKILL)
    }

    /// The numbers of a daemon in a container mean other processes here: it is not gone because nobody here is called so.
    @Test(.enabled(if: getuid() == 0, "a process name space needs root"))
    func commandsOfADaemonInAnotherNameSpaceAreLeftAlone() async throws {
        var runner = ProcessRunnerTests.runners[1]
        runner.options.descendants = .kept
        let script = "DEPLOYER_COMMAND=1.12345678902.7 exec sleep 300"
        let command = "setsid unshare --pid --fork --kill-child sh -c '\(script)' >/dev/null 2>&1 & echo $!"
        let result = await runner.run(ProcessRunnerTests.shell(command)) { _, _ in }
        let outer = try #require(Int32(String(decoding: result.standardOutput, as: UTF8.self).filter(\.isNumber)))
        defer { kill(outer, SIGKILL) }
        func inner() -> ProcessEntry? {
            ProcessTable.all().first {
                $0.parent == outer && ProcessTable.variable("DEPLOYER_COMMAND", of: $0.pid) == "1.12345678902.7"
            }
        }
        let deadline = ContinuousClock.now + .seconds(30)
        while inner() == nil {
            try #require(ContinuousClock.now < deadline, "the process in the name space is not there")
            try await Task.sleep(for: .milliseconds(5))
        }
        _ = await ProcessRunner.endAbandoned()
        #expect(inner()?.isZombie == false)
    }
}
