/// Files that cannot be read as a feedback and may be on their way still: what is the same after half a second is complete.
/// A value without I/O.
struct InboxArrivals: Sendable {
    private struct Arrival {
        var digest: String
        var until: ContinuousClock.Instant
    }

    static let pause: Duration = .milliseconds(500)
    private var arrivals: [String: Arrival] = [:]

    /// Whether it is worth while to read the file (again).
    func isDue(_ name: String, at now: ContinuousClock.Instant = .now) -> Bool {
        arrivals[name].map { $0.until <= now } ?? true
    }

    /// - Parameter digest: of the content that cannot be read; nil for what can be no feedback whatever is in it.
    mutating func isComplete(_ name: String, _ digest: String?, at now: ContinuousClock.Instant = .now) -> Bool {
        guard let digest else { return true }
        if let arrival = arrivals[name], arrival.digest == digest { return arrival.until <= now }
        arrivals[name] = Arrival(digest: digest, until: now + Self.pause)
        return false
    }

    mutating func succeeded(_ name: String) { arrivals[name] = nil }

    /// Forgets what is gone.
    mutating func forget(allBut names: [String]) {
        guard !arrivals.isEmpty else { return }
        let names = Set(names)
        arrivals = arrivals.filter { names.contains($0.key) }
    }

    var count: Int { arrivals.count }

    /// Until the first of them is worth another look; nil where there is none.
    func next(after now: ContinuousClock.Instant = .now) -> Duration? {
        arrivals.values.map(\.until).min().map { max(.zero, $0 - now) }
    }
}
