import History
import Model

/// What a commit may bring along that a cycle cannot begin with: other settings, or a tree that cannot be had.
extension CycleEngine {
    /// The commit says other settings than those this engine works by.
    static let otherSettings = Failure.Code("daemon.settings")

    /// Makes way for an engine that works by the settings of the commit, before anything of it is planned or done.
    ///
    /// - Parameter honoured: what this engine was made for. Where it came out otherwise (the file names a branch whose
    ///   own file says something else), it works by what it has.
    func makeWay(at revision: Revision, honouring honoured: DaemonOptions?) async throws(Failure) {
        let wanted = DaemonOptions(await parts.configuration.current)
        guard wanted != parts.options, wanted != honoured, !isEnding else { return }
        yieldedTo = wanted
        parts.narrator.say(LogLine("\(revision.short) brings other settings: they are in force from now on"))
        throw Failure(Self.otherSettings, "\(revision.short) brings other settings", scheduling: .retry)
    }

    /// Why the newest commit was refused, in the history for `host status`; nil where it was not.
    static let refusalKey = "refusal"

    /// Does what a commit may be refused at, and keeps the reason where it is.
    func judging<Value>(
        _ revision: Revision, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        do throws(Failure) {
            return try await body()
        } catch {
            guard error.code.rawValue.hasPrefix("git."), error.scheduling == .stop else { throw error }
            var failure = error
            failure.message = "\(revision.short) cannot be deployed: \(error.message)"
            try await note(refusal: failure.message)
            throw failure
        }
    }

    func accept() async throws(Failure) { try await note(refusal: nil) }

    private func note(refusal: String?) async throws(Failure) {
        guard toldRefusal != .some(refusal) else { return }
        try await parts.history.setValue(refusal, for: Self.refusalKey)
        toldRefusal = .some(refusal)
    }
}
