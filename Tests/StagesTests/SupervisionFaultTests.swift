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

/// What goes wrong around supervisors, and what a service is to notice of it: nothing.
@Suite struct SupervisionFaultTests {
    /// The supervisor keeps its own files private; what the service writes is the service's business.
    @Test func aServiceHasTheUmaskOfTheDaemon() async throws {
        let own = umask(0)
        umask(own)
        try await SupervisionTests.with { fixture in
            _ = try await fixture.control.start(fixture.spec("umask; exec sleep 300"))
            let expected = String(own, radix: 8)
            let padded = String(repeating: "0", count: max(0, 4 - expected.count)) + expected
            try await fixture.until("its umask") { fixture.log().contains("Z \(padded)\n") }
        }
    }

    @Test func aServiceThatCannotBeTakenOverHoldsUpNoOther() async throws {
        try await SupervisionTests.with { fixture in
            _ = try await fixture.control.start(fixture.spec("exec sleep 300"))
            let supervisor = try #require(try await fixture.control.details(fixture.name)?.supervisor)
            kill(supervisor, SIGKILL)
            try await fixture.until("the supervisor's end") { ProcessTable.entry(supervisor).map(\.isZombie) ?? true }
            // Sorted before the other, and its supervisor cannot write its own log.
            let broken = SupervisedName(try #require(ServiceName("a-broken")))
            let directory = ControlDirectory("\(fixture.folder)/services/\(broken.fileName)")
            #expect(Files.makeFolder(directory.log, mode: 0o755))
            let spec = try #require(ControlDirectory(fixture.controlFolder).readSpec()?.spec)
            #expect(directory.write(spec, isWanted: true))
            let adoption = await fixture.renewed().adopt()
            #expect(adoption.adopted == [fixture.name])
            #expect(adoption.failures.map(\.name) == [broken])
            rmdir(directory.log)
            unlink(directory.spec)
        }
    }

    /// Nobody has to wait for a supervisor that does not answer.
    @Test func anExchangeIsCancelled() async throws {
        try await SupervisionTests.with { fixture in
            let directory = ControlDirectory(fixture.controlFolder)
            #expect(Files.makeFolder(directory.path, mode: 0o700))
            let lock = try #require(directory.acquire())
            var spec = ServiceSpec(
                service: "x", argv: ["/bin/true"], directory: "/", environment: [:], logPath: fixture.logPath)
            spec.grace = 3_000_000
            #expect(directory.write(spec, isWanted: true))
            let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            #expect(SocketAddress.with(directory.socket) { bind(listener, $0, $1) } == 0)
            #expect(listen(listener, 1) == 0)
            defer {
                close(listener)
                // Explicitly: a child that is being forked elsewhere holds a copy of the descriptor for a moment.
                flock(lock, LOCK_UN)
                close(lock)
                unlink(directory.spec)
            }
            let control = fixture.control
            let name = fixture.name
            // More than the queue takes: some wait in connect, the others for an answer.
            let tasks = (0..<6).map { _ in Task { try await control.stop(name, grace: .seconds(3600)) } }
            try await Task.sleep(for: .milliseconds(200))
            for task in tasks { task.cancel() }
            for task in tasks {
                let failure = await #expect(throws: Failure.self) { try await task.value }
                #expect(failure?.code.rawValue == "supervise.cancelled")
            }
        }
    }

    @Test func whatIsTooMuchToHandOverDoesNotEndWhatRuns() async throws {
        try await SupervisionTests.with { fixture in
            let pid = try await fixture.control.start(fixture.spec("exec sleep 300")).pid
            var large = fixture.spec("exec sleep 300")
            large.environment["LARGE"] = String(repeating: "x", count: 2 << 20)
            let failure = await #expect(throws: Failure.self) { try await fixture.control.start(large) }
            #expect(failure?.code.rawValue == "supervise.spec")
            #expect(try await fixture.control.status(fixture.name).pid == pid)
        }
    }
}
