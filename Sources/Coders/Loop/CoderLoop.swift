package import Model

/// The attempts at one failure, and when they end. A value without clock and I/O: whoever drives it stores it before each
/// step, so that a kill neither forgets an attempt nor makes one twice.
///
/// Nothing is ever reset: another set of diagnostics after an attempt is told to the next one, and counts as no new failure.
package struct CoderLoop: Sendable, Codable, Hashable {
    package struct Limits: Sendable, Codable, Hashable {
        /// For one failure.
        package var attempts: Int
        /// For all failures together, in any sixty minutes; nil is no limit.
        package var attemptsPerHour: Int?
        /// Answers without a patch, in all.
        package var answersWithoutPatch: Int
        /// Time after an answer that never came; doubled each time up to an hour.
        package var pause: Duration
        package init(
            attempts: Int = 3, attemptsPerHour: Int? = 12, answersWithoutPatch: Int = 2, pause: Duration = .seconds(60)
        ) {
            self.attempts = attempts
            self.attemptsPerHour = attemptsPerHour
            self.answersWithoutPatch = answersWithoutPatch
            self.pause = pause
        }

        enum CodingKeys: String, CodingKey { case attempts, attemptsPerHour, answersWithoutPatch, pause }
        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            attempts = try values.decode(Int.self, forKey: .attempts)
            attemptsPerHour = try values.decodeIfPresent(Int.self, forKey: .attemptsPerHour)
            answersWithoutPatch = try values.decode(Int.self, forKey: .answersWithoutPatch)
            pause = try values.decode(DurationText.self, forKey: .pause).duration
        }
        package func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(attempts, forKey: .attempts)
            try values.encodeIfPresent(attemptsPerHour, forKey: .attemptsPerHour)
            try values.encode(answersWithoutPatch, forKey: .answersWithoutPatch)
            try values.encode(DurationText(pause), forKey: .pause)
        }
    }

    /// What is to be done next.
    package enum Action: Sendable, Hashable {
        /// Ask for this attempt, with everything that is known of the earlier ones.
        case ask(attempt: Int)
        /// Verify what was proposed.
        case verify
        case wait(until: Timestamp)
        case stop(CoderStop)
    }

    /// Names the failure: `CoderRequest.failure`.
    package let failure: String
    package private(set) var limits: Limits
    /// Answers so far, good and bad.
    package private(set) var attempts = 0
    package private(set) var withoutPatch = 0
    /// Questions in a row that nobody answered.
    package private(set) var unanswered = 0
    package private(set) var stop: CoderStop?
    /// Not before then.
    package private(set) var notBefore: Timestamp?
    /// Of the set of diagnostics that the next attempt is about.
    package private(set) var diagnostics: String
    /// Pairs of a set of diagnostics and a change that was proposed for it.
    private var seenPairs: Set<String> = []
    /// Trees that are known not to mend it, the broken one among them.
    private var seenTrees: Set<String> = []

    /// - Parameters:
    ///   - diagnostics: fingerprint of the set that the failure was reported with.
    ///   - tree: of the failed revision, as far as it is the service's; nil where trees are not compared.
    package init(failure: String, diagnostics: String, tree: String? = nil, limits: Limits = Limits()) {
        self.failure = failure
        self.diagnostics = diagnostics
        self.limits = limits
        if let tree { seenTrees.insert(tree) }
    }

    /// Asked at the beginning, after a wait, and after a restart.
    /// - Parameter recent: times of the attempts of all failures; those over an hour old do not matter.
    package func next(at now: Timestamp, recent: [Timestamp] = []) -> Action {
        if let stop { return .stop(stop) }
        if attempts >= limits.attempts { return .stop(.attempts(limits.attempts)) }
        if let notBefore, notBefore > now { return .wait(until: notBefore) }
        if let limit = limits.attemptsPerHour {
            let hour = recent.filter { $0 > now.advanced(by: .seconds(-3600)) }.sorted()
            if hour.count >= limit, limit > 0 {
                return .wait(until: hour[hour.count - limit].advanced(by: .seconds(3600)))
            }
            if limit <= 0 { return .stop(.attempts(0)) }
        }
        return .ask(attempt: attempts + 1)
    }

    /// A proposal has come. It is an attempt, whatever becomes of it.
    /// - Parameters:
    ///   - change: names the change: `CoderFingerprint`.
    ///   - tree: what the sources would be with it, where that is known already.
    package mutating func proposed(change: String, tree: String? = nil) -> Action {
        if let stop { return .stop(stop) }
        attempts += 1
        unanswered = 0
        notBefore = nil
        let isNewPair = seenPairs.insert("\(diagnostics) \(change)").inserted
        let isNewTree = tree.map { seenTrees.insert($0).inserted } ?? true
        guard isNewPair else { return end(.repeatedChange) }
        guard isNewTree else { return end(.seenTree) }
        return .verify
    }

    /// What was proposed does not do.
    /// - Parameters:
    ///   - diagnostics: fingerprint of what is wrong with it applied; nil where it could not be applied.
    ///   - tree: what the sources were with it; the same again, written otherwise, is an end.
    package mutating func rejected(
        diagnostics: String? = nil, tree: String? = nil, at now: Timestamp, recent: [Timestamp] = []
    ) -> Action {
        if let diagnostics { self.diagnostics = diagnostics }
        if stop == nil, let tree, !seenTrees.insert(tree).inserted { return end(.seenTree) }
        return next(at: now, recent: recent)
    }

    /// It does.
    package mutating func accepted() -> Action { end(.repaired) }

    /// There is no proposal.
    package mutating func failed(_ failure: CoderFailure, at now: Timestamp, recent: [Timestamp] = []) -> Action {
        if let stop { return .stop(stop) }
        switch failure.meaning {
        case .badAnswer:
            attempts += 1
            withoutPatch += 1
            unanswered = 0
            if withoutPatch >= limits.answersWithoutPatch { return end(.noPatch(failure.failure.message)) }
        case .setup: return end(.setup(failure.failure.description))
        case .spent(nil): return end(.spent(failure.failure.message))
        case .spent(let until?): notBefore = until
        case .away(let until):
            let pause = min(limits.pause * (1 << min(unanswered, 12)), max(limits.pause, .seconds(3600)))
            unanswered += 1
            notBefore = max(until ?? now, now.advanced(by: pause))
        }
        return next(at: now, recent: recent)
    }

    /// The operator has changed what stopped it. Attempts and changes that were made stay known.
    package mutating func reopened(_ limits: Limits, at now: Timestamp, recent: [Timestamp] = []) -> Action {
        self.limits = limits
        switch stop {
        case .setup, .spent, .attempts: stop = nil
        default: break
        }
        return next(at: now, recent: recent)
    }

    private mutating func end(_ stop: CoderStop) -> Action {
        self.stop = stop
        return .stop(stop)
    }
}
