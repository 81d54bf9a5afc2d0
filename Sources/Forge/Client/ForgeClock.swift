package import Model

/// Time, so that tests need none.
package struct ForgeClock: Sendable {
    package var now: @Sendable () -> Timestamp
    package var sleep: @Sendable (Duration) async throws -> Void
    package init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }
    package static let system = ForgeClock(now: { .now }, sleep: { try await Task.sleep(for: $0) })
}
