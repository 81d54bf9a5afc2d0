import Forge
import ForgeDoubles
import Foundation
import Model
import Net
import Synchronization
import TestSupport
import Testing

/// What the tests of the adapters share.
enum Bench {
    static func commit(_ number: Int) -> Revision {
        Revision(DoubleRepository.commit(number)) ?? Revision(String(repeating: "0", count: 40))!
    }

    static func proposal(
        _ branch: String = "codex/7", title: String = "Unwrap the port", text: String = "It crashed.",
        isDraft: Bool = false,
        label: String? = "codex-deployer", head: Int = 7, ignoresClosed: Bool = false
    ) -> Proposal {
        Proposal(
            branch: branch, base: "main", head: commit(head), title: title, text: text, isDraft: isDraft, label: label,
            ignoresClosed: ignoresClosed)
    }

    static func with(
        timeout: Duration = .seconds(20), _ body: (ForgeOptions, TestClock) async throws -> Void
    ) async throws {
        let transport = HTTPTransport()
        let clock = TestClock()
        do {
            try await body(ForgeOptions(transport: transport, timeout: timeout, clock: clock.clock), clock)
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    /// A double of GitHub with the branches `codex/7` and `codex/8`, and the adapter to it. No request may break the
    /// interface's rules.
    static func withGitHub(
        _ options: GitHubDouble.Options = .init(), app: GitHubApp? = nil, token: String? = nil,
        timeout: Duration = .seconds(20),
        _ body: (GitHubForge, GitHubDouble, TestClock) async throws -> Void
    ) async throws {
        let double = try GitHubDouble(options)
        defer { double.stop() }
        double.change { repository in
            repository.branches["codex/7"] = DoubleRepository.commit(7)
            repository.branches["codex/8"] = DoubleRepository.commit(8)
        }
        try await with(timeout: timeout) { forgeOptions, clock in
            let address = try ForgeAddress(
                remote: "https://github.com/\(options.repository).git", api: double.server.url)
            let forge =
                if let app {
                    try GitHubForge(address, app: app, options: forgeOptions)
                } else {
                    try GitHubForge(address, token: ForgeSecret(token ?? options.token), options: forgeOptions)
                }
            try await body(forge, double, clock)
        }
        #expect(double.server.violations == [])
    }

    static func failure<Value>(_ body: () async throws(Failure) -> Value) async -> Failure? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }
}

/// A clock that stands still until it is asked to sleep.
final class TestClock: Sendable {
    private struct State {
        var now: Timestamp
        var slept: [Duration] = []
    }
    private let state: Mutex<State>

    init(_ now: Timestamp = .now) { state = Mutex(State(now: now)) }

    var now: Timestamp { state.withLock { $0.now } }
    var slept: [Duration] { state.withLock { $0.slept } }
    func advance(_ duration: Duration) { state.withLock { $0.now = $0.now.advanced(by: duration) } }

    var clock: ForgeClock {
        ForgeClock(
            now: { self.now },
            sleep: { duration in
                self.state.withLock { state in
                    state.now = state.now.advanced(by: duration)
                    state.slept.append(duration)
                }
            })
    }
}
