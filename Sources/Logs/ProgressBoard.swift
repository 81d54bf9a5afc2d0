package import Model

/// What is running now and how far it is: the progress line's content. A pure value.
package struct ProgressBoard: Sendable {
    private struct Entry {
        var service: ServiceName
        var stage: Stage
        var startedAt: Timestamp
        var share: Double?
        var message = ""
    }
    private var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    package mutating func began(_ service: ServiceName, _ stage: Stage, at time: Timestamp) {
        ended(service, stage)
        entries.append(Entry(service: service, stage: stage, startedAt: time))
    }

    /// - Parameter share: done, in 0...1; nil when it is not known.
    package mutating func progressed(_ service: ServiceName, _ stage: Stage, share: Double?, message: String) {
        guard let index = entries.firstIndex(where: { $0.service == service && $0.stage == stage }) else { return }
        entries[index].share = share.flatMap { $0.isFinite ? min(max($0, 0), 1) : nil }
        entries[index].message = message
    }

    package mutating func ended(_ service: ServiceName, _ stage: Stage) {
        entries.removeAll { $0.service == service && $0.stage == stage }
    }

    /// `api/build 34% 3 s Compiling App · web/test 1 s`, cut to `width` cells; nil when nothing runs.
    package func line(width: Int, at time: Timestamp) -> String? {
        guard !entries.isEmpty else { return nil }
        let parts = entries.map { entry -> String in
            let seconds = max(0, (time - entry.startedAt).wholeMilliseconds / 1000)
            let elapsed = seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
            let share = entry.share.map { "\(Int($0 * 100))% " } ?? ""
            let message = entry.message.isEmpty ? "" : " " + TerminalText.neutralised(entry.message)
            return "\(LineFormat.origin(service: entry.service, stage: entry.stage)) \(share)\(elapsed)\(message)"
        }
        return TerminalText.cut(parts.joined(separator: " · "), to: width)
    }
}
