import Model
import Stages
import SupervisorCore
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Real sockets and real commands; HTTP's own client is tested where it lives, here it is a closure.
@Suite struct HealthProberTests {
    struct HTTP: HTTPService {
        var answer: @Sendable (HTTPServiceRequest) async throws(Failure) -> Int = { _ throws(Failure) in 200 }
        func send(_ request: HTTPServiceRequest) async throws(Failure) -> HTTPServiceResponse {
            HTTPServiceResponse(status: try await answer(request))
        }
    }

    /// A socket on a free port of the loopback; it accepts nothing by itself, the kernel does up to its backlog.
    final class Listener {
        let descriptor: Int32
        let port: Int
        init(backlog: Int32 = 16) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let descriptor = descriptor
            let port = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> UInt16? in
                    guard bind(descriptor, generic, size) == 0, backlog < 0 || listen(descriptor, backlog) == 0,
                        getsockname(descriptor, generic, &size) == 0
                    else { return nil }
                    return UnsafeRawPointer(generic).loadUnaligned(as: sockaddr_in.self).sin_port.bigEndian
                }
            }
            self.port = Int(try #require(port))
        }
        deinit { close(descriptor) }
    }

    static func check(
        _ probe: HealthCheck.Probe, attempts: Int = 3, interval: Duration = .milliseconds(10),
        timeout: Duration = .seconds(5)
    ) -> HealthCheck {
        var check = HealthCheck(probe: probe)
        check.attempts = attempts
        check.interval = .init(interval)
        check.timeout = .init(timeout)
        return check
    }

    static let surroundings = HealthProber.Surroundings(
        operation: "health-test", directory: "/tmp", environment: ["PATH": "/usr/bin:/bin"])

    static func prober(_ http: HTTP = HTTP()) -> HealthProber {
        HealthProber(http: http, processes: ProcessRunner(groups: .none))
    }

    @Test(
        arguments: [
            (200, nil, true), (204, nil, true), (302, nil, true), (404, nil, false), (500, nil, false),
            (199, nil, false),
            (404, 404, true), (200, 204, false),
        ] as [(Int, Int?, Bool)])
    func theStatusDecides(status: Int, expected: Int?, isHealthy: Bool) async {
        let prober = Self.prober(HTTP { _ throws(Failure) in status })
        let report = await prober.check(
            Self.check(.http(url: "http://127.0.0.1:1/up", status: expected), attempts: 1), Self.surroundings)
        #expect(report.isHealthy == isHealthy)
        #expect(report.runs.last?.status == status)
        if !isHealthy { #expect(report.summary.contains("HTTP status \(status)")) }
    }

    @Test func aServiceThatComesUpLateIsHealthyAsSoonAsItAnswers() async {
        let asked = Mutex(0)
        let prober = Self.prober(
            HTTP { request throws(Failure) in
                #expect(request.timeout == .seconds(5))
                let number = asked.withLock { asked in
                    asked += 1
                    return asked
                }
                if number < 4 { throw Failure(.init("http.connect"), "no connection", cause: "Connection refused") }
                return number < 6 ? 503 : 200
            })
        let report = await prober.check(
            Self.check(.http(url: "http://127.0.0.1:1/", status: nil), attempts: 100), Self.surroundings)
        #expect(report.end == .healthy)
        #expect(
            report.runs.map(\.text) == [
                "attempts 1-3: no connection: Connection refused", "attempts 4-5: HTTP status 503",
                "attempt 6: healthy",
            ])
        #expect(asked.withLock { $0 } == 6)
        #expect(report.outcome(startedAt: .now).status == .ok)
    }

    @Test func allAttemptsTogetherHaveALimit() async {
        let prober = Self.prober(HTTP { _ throws(Failure) in 500 })
        let report = await prober.check(
            Self.check(.http(url: "http://127.0.0.1:1/up", status: nil), attempts: 100_000, interval: .milliseconds(5)),
            Self.surroundings, limit: .milliseconds(120))
        #expect(report.end == .timedOut)
        #expect(report.attempts < 100)
        let outcome = report.outcome(startedAt: .now)
        #expect(outcome.status == .timedOut)
        #expect(outcome.diagnostics.map(\.code) == ["health.failed"])
    }

    @Test func oneAttemptIsNoLongerThanTheLimit() async {
        let prober = Self.prober(
            HTTP { request throws(Failure) in
                #expect(request.timeout <= .milliseconds(200))
                throw Failure(.init("http.timeout"), "no answer")
            })
        let report = await prober.check(
            Self.check(.http(url: "http://127.0.0.1:1/up", status: nil), attempts: 2, interval: .seconds(600)),
            Self.surroundings, limit: .milliseconds(200))
        #expect(report.end == .timedOut && report.attempts == 1)
    }

    /// A probe may print what it was given.
    @Test func secretsInTheReportAreHidden() async {
        let secret = "hunter2-and-more"
        let prober = HealthProber(
            http: HTTP(), processes: ProcessRunner(groups: .none), masker: SecretMasker([secret]))
        let padding = String(repeating: "x", count: 290)
        for script in ["echo token \(secret) refused >&2; exit 1", "echo \(padding)\(secret); exit 1"] {
            let report = await prober.check(
                Self.check(.command(["/bin/sh", "-c", script]), attempts: 1), Self.surroundings)
            let outcome = report.outcome(startedAt: .now)
            let texts = [outcome.summary] + outcome.diagnostics.flatMap { [$0.message, $0.detail ?? ""] }
            #expect(!texts.contains { $0.contains("hunter2") }, "\(texts)")
            #expect(texts.contains { $0.contains("***") })
        }
    }

    @Test func exhaustionIsAFailureWithEveryAttemptsReason() async {
        let prober = Self.prober(HTTP { _ throws(Failure) in 500 })
        let report = await prober.check(
            Self.check(.http(url: "http://127.0.0.1:1/up", status: nil), attempts: 4), Self.surroundings)
        #expect(report.end == .exhausted)
        let outcome = report.outcome(startedAt: .now)
        #expect(outcome.status == .failed)
        #expect(outcome.diagnostics.first?.detail == "attempts 1-4: HTTP status 500")
        #expect(outcome.diagnostics.first?.isError == true)
    }

    @Test func aServiceThatHasEndedIsNotWaitedFor() async {
        let asked = Mutex(0)
        let prober = Self.prober(
            HTTP { _ throws(Failure) in
                asked.withLock { $0 += 1 }
                throw Failure(.init("http.connect"), "refused")
            })
        let report = await prober.check(
            Self.check(.http(url: "http://127.0.0.1:1/", status: nil), attempts: 1000, interval: .seconds(10)),
            Self.surroundings, hasExited: { "exited with code 3" })
        #expect(report.end == .exited("exited with code 3"))
        #expect(asked.withLock { $0 } == 1)
        let outcome = report.outcome(startedAt: .now)
        #expect(outcome.status == .failed)
        #expect(outcome.diagnostics.first?.code == "health.exited")
    }

    @Test func anAnswerFromSomethingElseDoesNotHideThatTheServiceIsGone() async {
        let report = await Self.prober().check(
            Self.check(.http(url: "http://127.0.0.1:1/", status: nil)), Self.surroundings,
            hasExited: { "was ended by signal 11" })
        #expect(report.end == .exited("was ended by signal 11"))
    }

    @Test func cancellationEndsTheWaitAtOnce() async throws {
        let prober = Self.prober(HTTP { _ throws(Failure) in 500 })
        let tried = Mutex(false)
        let started = ContinuousClock.now
        let task = Task {
            await prober.check(
                Self.check(.http(url: "http://127.0.0.1:1/", status: nil), interval: .seconds(600)), Self.surroundings,
                attempted: { _, _ in tried.withLock { $0 = true } })
        }
        while !tried.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        let report = await task.value
        #expect(report.end == .cancelled)
        #expect(report.outcome(startedAt: .now).status == .cancelled)
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    // MARK: TCP

    @Test func aListeningPortIsHealthyAndAClosedOneIsNot() async throws {
        let open = try Listener()
        let healthy = await Self.prober().check(
            Self.check(.tcp(host: "127.0.0.1", port: open.port)), Self.surroundings)
        #expect(healthy.end == .healthy)
        #expect(healthy.attempts == 1)
        // Bound but not listening: nobody else can take the port, and the kernel refuses.
        let closed = try Listener(backlog: -1)
        let report = await Self.prober().check(
            Self.check(.tcp(host: "127.0.0.1", port: closed.port)), Self.surroundings)
        #expect(report.end == .exhausted)
        #expect(report.runs.map(\.text) == ["attempts 1-3: Connection refused"])
    }

    @Test(arguments: [0, -1, 65_536, Int.max]) func aPortThatIsNoneIsSaid(port: Int) async {
        let report = await Self.prober().check(
            Self.check(.tcp(host: "127.0.0.1", port: port), attempts: 1), Self.surroundings)
        #expect(report.summary.contains("no port"))
    }

    @Test func aNameThatDoesNotExistIsSaid() async {
        let report = await Self.prober().check(
            Self.check(.tcp(host: "no-such-host.invalid", port: 80), attempts: 1, timeout: .seconds(3)),
            Self.surroundings)
        #expect(report.end == .exhausted)
        #expect(report.runs.last?.reason?.isEmpty == false)
    }

    @Test func aServerWhoseQueueIsFullTimesOutAndCanBeCancelled() async throws {
        let server = try Listener(backlog: 0)
        // Fill the queue; the kernel drops what comes after, as a hung machine would.
        var fillers: [Int32] = []
        defer { for filler in fillers { close(filler) } }
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            KernelControl.setNonBlocking(filler)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(server.port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            fillers.append(filler)
        }
        try await Task.sleep(for: .milliseconds(100))
        let started = ContinuousClock.now
        let report = await Self.prober().check(
            Self.check(.tcp(host: "127.0.0.1", port: server.port), attempts: 2, timeout: .milliseconds(300)),
            Self.surroundings)
        #expect(report.runs.map(\.text) == ["attempts 1-2: no connection in time"])
        #expect(ContinuousClock.now - started < .seconds(30))

        let task = Task {
            await Self.prober().check(
                Self.check(.tcp(host: "127.0.0.1", port: server.port), attempts: 1, timeout: .seconds(600)),
                Self.surroundings)
        }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        #expect(await task.value.end == .cancelled)
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    // MARK: commands

    @Test func aCommandIsHealthyWhenItExitsWithZero() async throws {
        try await ScratchDirectory.with { folder in
            var surroundings = Self.surroundings
            surroundings.directory = folder
            surroundings.environment["FLAG"] = "here"
            let script = "echo try >> tries; [ $(wc -l < tries) -ge 3 ] && [ \"$FLAG\" = here ]"
            let report = await Self.prober().check(
                Self.check(.command(["/bin/sh", "-c", script]), attempts: 10), surroundings)
            #expect(report.end == .healthy)
            #expect(report.attempts == 3, "\(report)")
        }
    }

    @Test(
        arguments: [
            (
                ["/bin/sh", "-c", "echo noise; echo 'no database' >&2; echo >&2; exit 4"], .seconds(60),
                "exited with code 4: no database"
            ),
            (["/bin/sh", "-c", "kill -KILL $$"], .seconds(60), "was ended by Killed"),
            (["/nowhere/probe"], .seconds(60), "could not be started"),
            (
                ["/bin/sh", "-c", "trap '' TERM; echo waiting; sleep 300"], .seconds(12),
                "no answer within 12.0 s: waiting"
            ),
        ] as [([String], Duration, String)])
    func aCommandsFailureIsTold(arguments: [String], timeout: Duration, reason: String) async {
        let report = await Self.prober().check(
            Self.check(.command(arguments), attempts: 1, timeout: timeout), Self.surroundings)
        #expect(report.end == .exhausted)
        #expect(report.runs.last?.reason?.hasPrefix(reason) == true, "\(report.summary)")
    }

    @Test func aLongHistoryStaysSmall() async {
        let asked = Mutex(0)
        let prober = Self.prober(
            HTTP { _ throws(Failure) in
                asked.withLock { asked in
                    asked += 1
                    return 500 + asked % 90
                }
            })
        let report = await prober.check(
            Self.check(.http(url: "http://127.0.0.1:1/", status: nil), attempts: 500, interval: .nanoseconds(1)),
            Self.surroundings)
        #expect(report.attempts == 500)
        #expect(report.runs.count <= 60)
        #expect(report.runs.first?.first == 1)
    }
}
