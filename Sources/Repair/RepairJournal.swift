package import Model

/// How far a feedback is that comes in.
package struct RepairProgress: Hashable, Sendable {
    /// What was decided on it; its file only has to be put away.
    package var verdict: Verdict?
    /// The verified commit that a try before made and perhaps pushed.
    package var commit: Revision?
    /// The commit by which the same feedback was taken to its end before. It is sent again.
    package var earlier: Revision?
    package init(verdict: Verdict? = nil, commit: Revision? = nil, earlier: Revision? = nil) {
        self.verdict = verdict
        self.commit = commit
        self.earlier = earlier
    }
}

/// How far a feedback is; written before the act that it names.
package enum RepairPhase: Hashable, Sendable {
    /// The services that it is for.
    case located([ServiceName])
    case trying(Revision)
    case committed(Revision)
    case pushed(Revision)
}

/// Remembers how far a feedback is, before each step, so that a kill at any point neither loses it nor applies it twice.
package protocol RepairJournal: Sendable {
    /// Begins with a feedback, or goes on with one that is not done.
    func received(id: String, file: String, digest: String) async throws(Failure) -> RepairProgress
    func enter(_ phase: RepairPhase, id: String) async throws(Failure)
    func decided(_ verdict: Verdict) async throws(Failure)
    /// The digest of the file that used this id before, if one did.
    func digest(of id: String) async throws(Failure) -> String?
    /// Whether a feedback of this id is on its way.
    func isOpen(_ id: String) async throws(Failure) -> Bool
    /// What was decided the first time on a feedback of this id that was taken to its end; nil while there is none.
    func firstVerdict(of id: String) async throws(Failure) -> Verdict?
}
