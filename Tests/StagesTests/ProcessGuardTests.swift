import Model
import Stages
import SupervisorCore
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The guard of a command that turns against it, and the guard that steps in for a control group.
@Suite struct ProcessGuardTests {
    @Test func aCommandThatKillsItsGuardLeavesNothing() async throws {
        let request = ProcessRunnerTests.shell("setsid sleep 300 & sleep 300 & kill -9 $PPID; sleep 300")
        let result = await ProcessRunnerTests.runners[3].run(request) { _, _ in }
        #expect(result.end == .signalled(SIGKILL))
        #expect(ProcessRunnerTests.remains(of: request).isEmpty)
    }

    /// The daemon believes the command in its group; where it could not get in, a guard takes its place.
    @Test func aGroupThatCannotBeEnteredIsReplacedByAGuard() async throws {
        try await ScratchDirectory.with { folder in
            let entrance = SupervisionTests.executable
            let request = ProcessRunnerTests.request([
                entrance, "exec", "0", "\(folder)/no-such-group", "--", "/bin/sh", "sh", "-c",
                "setsid sleep 300 & echo $PPID; exit 3",
            ])
            let result = await ProcessRunnerTests.runners[1].run(request) { _, _ in }
            #expect(result.end == .exited(code: 3))
            #expect(String(decoding: result.standardError, as: UTF8.self).contains("guarded instead"))
            #expect(ProcessRunnerTests.remains(of: request).isEmpty)
        }
    }
}
