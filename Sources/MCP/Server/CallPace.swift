import Synchronization

/// How many tools a caller may call: an agent that has lost its way would otherwise fill the inbox, or keep the machine busy with
/// plans. ("Servers MUST rate limit tool invocations": server/tools of 2026-07-28, "Security Considerations".)
package final class CallPace: Sendable {
    /// Calls in a minute; as many may come at once.
    package struct Limits: Sendable, Hashable {
        package var looking: Int
        /// Of tools that change something.
        package var changing: Int
        package init(looking: Int = 300, changing: Int = 30) {
            self.looking = looking
            self.changing = changing
        }
    }

    private struct Key: Hashable {
        var caller: String
        var isReadOnly: Bool
    }
    /// What is left of a minute's calls, and since when it grows again.
    private struct Bucket {
        var left: Double
        var at: Duration
    }

    private let limits: Limits
    private let now: @Sendable () -> Duration
    // There are as many callers as tokens: this does not grow.
    private let buckets = Mutex<[Key: Bucket]>([:])

    /// - Parameter now: since whenever.
    package init(limits: Limits = Limits(), now: @escaping @Sendable () -> Duration = CallPace.clock) {
        self.limits = limits
        self.now = now
    }

    package static let clock: @Sendable () -> Duration = {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }()

    /// Counts a call; what to tell the caller where it is one too many.
    func refusal(of caller: String, isReadOnly: Bool) -> String? {
        let limit = isReadOnly ? limits.looking : limits.changing
        let time = now()
        let wait = buckets.withLock { buckets -> Double? in
            let key = Key(caller: caller, isReadOnly: isReadOnly)
            var bucket = buckets[key] ?? Bucket(left: Double(limit), at: time)
            let grown = (time - bucket.at) / .seconds(1) * Double(limit) / 60
            bucket.left = min(bucket.left + max(grown, 0), Double(limit))
            bucket.at = time
            defer { buckets[key] = bucket }
            guard bucket.left < 1 else {
                bucket.left -= 1
                return nil
            }
            return (1 - bucket.left) * 60 / Double(limit)
        }
        guard let wait else { return nil }
        let kind = isReadOnly ? "" : " that change something"
        return "these are more than \(limit) calls\(kind) in a minute; wait \(Int(wait.rounded(.up))) s"
    }
}
