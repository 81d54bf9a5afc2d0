/// When a Docker engine came up, and what it still knows of that time: tells what it stopped itself from what an operator did.
///
/// An engine that is started after a crash ends the containers that it finds running, and 20.10 starts only some of them
/// again (`restore` and `shutdownContainer` in https://github.com/moby/moby/blob/20.10/daemon/daemon.go). Then it makes its
/// network `bridge` anew, and only then it answers: an operator's stop is never between the two.
package struct EngineStart: Sendable, Hashable {
    /// Of the network `bridge`; nanoseconds since 1970, as all times here.
    private let ready: Int64
    /// The ends of containers that the engine did by itself, by their ids.
    private var ends: [String: [Int64]] = [:]
    /// The engine keeps its last 256 events, and none of before its start: from here on it has forgotten nothing.
    private var remembers: Int64
    private static let mostEvents = 256
    private static let second: Int64 = 1_000_000_000

    /// - Parameters:
    ///   - ready: when the network `bridge` was made.
    ///   - events: all that the engine has kept, oldest first, each as `<nanoseconds> <id> <action>`.
    package init(ready: Int64, events: [String]) {
        self.ready = ready
        remembers = events.count < Self.mostEvents ? .min : .max
        for (index, event) in events.enumerated() {
            let words = event.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3, let time = Int64(words[0]) else { continue }
            if index == 0, remembers == .max { remembers = time }
            if time <= ready, words[2] == "die" || words[2] == "stop" { ends[words[1], default: []].append(time) }
        }
    }

    /// Whether a container that does not run was ended by the engine while it came up.
    ///
    /// Where the engine has forgotten, the time decides: it waits for a container as long as that asks for, at the same time
    /// for all.
    package func ended(_ container: Container, patience: Int) -> Bool {
        guard let finished = Self.nanoseconds(container.finishedAt), finished <= ready else { return false }
        if ends[container.id]?.contains(where: { $0 >= finished - Self.second }) == true { return true }
        return remembers > finished && ready - finished <= Int64(patience) * Self.second
    }

    /// The time as engines write it: `2026-11-27T00:19:04.645538637Z`; nil for any other zone.
    package static func nanoseconds(_ text: String) -> Int64? {
        guard
            let parts = text.wholeMatch(
                of: /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)/)?.output
        else { return nil }
        let fields = [parts.1, parts.2, parts.3, parts.4, parts.5, parts.6].compactMap { Int64($0) }
        guard fields.count == 6, fields[0] > 1970 else { return nil }
        // Days since 1970 in the Gregorian calendar, with years that begin in March.
        let year = fields[1] > 2 ? fields[0] : fields[0] - 1
        let dayOfYear = (153 * ((fields[1] + 9) % 12) + 2) / 5 + fields[2] - 1
        let days = year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
        let seconds = ((days * 24 + fields[3]) * 60 + fields[4]) * 60 + fields[5]
        let digits = parts.7.map { $0 + String(repeating: "0", count: 9 - $0.count) } ?? "0"
        return seconds * second + (Int64(digits) ?? 0)
    }
}
