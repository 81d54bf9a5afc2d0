/// When what could not be tried is tried again: after a minute, then two, then four, at most a quarter of an hour.
package struct RetryPauses: Sendable {
    private struct Pause {
        var digest: String?
        var length: Duration
        var until: ContinuousClock.Instant
    }

    private static let first: Duration = .seconds(60)
    private static let longest: Duration = .seconds(900)
    private var pauses: [String: Pause] = [:]

    package init() {}

    /// True for a file that did not fail yet, whose pause is over, or whose content is another than the one that failed.
    package func isDue(_ name: String, _ digest: String?, at now: ContinuousClock.Instant = .now) -> Bool {
        guard let pause = pauses[name], pause.digest == digest else { return true }
        return pause.until <= now
    }

    /// Returns how long to wait.
    @discardableResult
    package mutating func failed(_ name: String, _ digest: String? = nil, at now: ContinuousClock.Instant = .now)
        -> Duration
    {
        var length = Self.first
        if let pause = pauses[name], pause.digest == digest { length = min(pause.length * 2, Self.longest) }
        pauses[name] = Pause(digest: digest, length: length, until: now + length)
        return length
    }

    package mutating func succeeded(_ name: String) { pauses[name] = nil }

    /// Forgets what is gone.
    package mutating func forget(allBut names: [String]) {
        let names = Set(names)
        pauses = pauses.filter { names.contains($0.key) }
    }

    /// How many files wait.
    package var count: Int { pauses.count }

    /// Until the first pause is over; nil where nothing waits.
    /// - Parameter names: files that are being tried.
    package func next(except names: Set<String> = [], after now: ContinuousClock.Instant = .now) -> Duration? {
        pauses.filter { !names.contains($0.key) }.values.map(\.until).min().map { max(.zero, $0 - now) }
    }
}
