import Model
import Stages

/// What taking leave of a service comes to: which of its processes end, and what runs on because the deployer has no way
/// to stop it.
struct Farewell: Sendable {
    var service: ServiceName
    /// Processes that are kept running for it; these are ended.
    var running: [SupervisedName]
    /// Whether anything was ever kept running for it.
    var wasSupervised: Bool
    /// Whether it is deployed, or may be.
    var isLive: Bool
    /// Whether it was only built and tested.
    var isCompanion: Bool
    /// Its kind, where that was written down.
    var kind: String?
    /// The operator's own restart script, where there is one.
    var script: String?
    /// Where its releases lie; nil where there are none.
    var releases: String?

    /// Goes on after the service's name.
    /// - Parameter isDone: else it is what will be.
    func text(isDone: Bool = true) -> String {
        let verb = isDone ? "is" : "will be"
        let rest = releases.map { "; its releases stay in \($0)" } ?? ""
        if !running.isEmpty {
            let parts = running.filter { !$0.part.isEmpty }.map { "'\($0)'" }.sorted()
            return "\(verb) stopped and forgotten" + (parts.isEmpty ? "" : " (with \(parts.joined(separator: ", ")))")
                + rest
        }
        guard isLive, !isCompanion else { return "\(verb) forgotten; nothing of it is live\(rest)" }
        if wasSupervised { return "\(verb) forgotten; it was stopped before\(rest)" }
        let whose = kind.map { "the plugin of kind '\($0)'" } ?? "its plugin"
        let why =
            script.map { "'\($0)' is the operator's way to start it" }
            ?? "\(whose) has no way to stop what it deployed, and the deployer keeps no process of it running"
        return
            "\(verb) forgotten, but not stopped: \(why). What was deployed runs on until it is stopped by hand\(rest)"
    }
}
