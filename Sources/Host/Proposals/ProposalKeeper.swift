import Forge
import Git
import History
import Model
import Pipeline
import Repair

/// Opens pull requests for repairs that were pushed to branches, notices what becomes of them, and says under them how their
/// deployment went. The daemon's other work does not wait for it.
actor ProposalKeeper: ProposalCare {
    let forge: any Forge
    let parts: CycleParts
    let cases: ProposalCases
    let branches: BranchLook
    /// Told when something was merged.
    private let merged: @Sendable () -> Void
    private let interval: Duration
    private var toldFailure: String?
    /// Pull requests that somebody has said something of since the last look.
    private var heard: Set<Int> = []
    private var askedAt: ContinuousClock.Instant?
    /// Between two looks at what a merge comes to, which cost no request.
    private static let soon: Duration = .seconds(5)

    /// - Parameter interval: between two looks at what is open.
    init(forge: any Forge, parts: CycleParts, interval: Duration, merged: @escaping @Sendable () -> Void) {
        self.interval = min(max(interval, .seconds(5)), .seconds(300))
        self.forge = forge
        self.parts = parts
        self.merged = merged
        cases = ProposalCases(history: parts.history)
        branches = BranchLook(parts: parts, cases: cases, merged: merged)
    }

    func proposed(_ verdict: Verdict, _ feedback: Feedback) async throws(Failure) {
        guard let item = try await ProposalCase.made(of: verdict, feedback, parts, limit: forge.limits.text)
        else { return }
        try await cases.keep(item)
    }

    /// Somebody says that something has come of a pull request: the next look is at it itself, and not at a list that may be
    /// a moment older.
    func hear(of number: Int) { heard.insert(number) }

    /// Goes on with everything that is not over. Returns when to look again; nil where nothing is open.
    func step() async -> Duration? {
        if let pause = forge.pause { return max(pause, .seconds(1)) }
        var failures: [Failure] = []
        var others = 0
        do throws(Failure) {
            var live = try await cases.all().filter(\.isLive)
            guard !live.isEmpty else { return nil }
            let isDue = askedAt.map { .now - $0 >= interval - .seconds(1) } ?? true
            var open = OpenPullRequests(heard: heard, isDue: isDue)
            heard = []
            if isDue, live.contains(where: { $0.state == .open }) { askedAt = .now }
            for index in live.indices {
                do throws(Failure) { try await advance(&live[index], &open) } catch {
                    failures.append(error)
                    // Of one pull request that cannot be gone on with the others know nothing.
                    if forge.pause != nil { break }
                }
            }
            others = live.count - failures.count
            if failures.isEmpty {
                toldFailure = nil
                if live.contains(where: { $0.state == .merged }) { return min(interval, Self.soon) }
                return live.contains(where: \.isLive) ? interval : nil
            }
        } catch {
            failures.append(error)
        }
        return pause(after: failures, others: others)
    }

    /// - Parameter others: that went well, and are not to wait for what somebody has to put right.
    private func pause(after failures: [Failure], others: Int) -> Duration {
        let words = Set(failures.map(\.message)).sorted().joined(separator: "; ")
        if toldFailure != words { for failure in failures { say("the forge: \(failure)", .warning) } }
        toldFailure = words
        let isStopped = others == 0 && failures.allSatisfy { $0.scheduling == .stop }
        return max(forge.pause ?? .zero, isStopped ? .seconds(600) : interval)
    }

    /// As far as it goes by itself. Each step is kept before the next.
    private func advance(_ item: inout ProposalCase, _ open: inout OpenPullRequests) async throws(Failure) {
        if item.state == .waitsForMerge {
            // Until now no forge was known: somebody may have merged it by hand.
            if try await branches.look(at: &item, isToBeProposed: true) { try await propose(&item) }
        } else if item.state == .pushed {
            try await propose(&item)
        } else if item.state == .open, let number = item.number {
            if let request = try await open.request(number, of: forge) { try await take(request, &item) }
        }
        if item.state == .open, item.isReported == false { try await report(&item) }
        if item.state == .merged { try await tell(&item) }
        if item.state == .told || item.state == .closed { try await removeBranch(of: &item) }
    }

    func say(_ text: String, _ level: LogLine.Level = .info) { parts.narrator.say(LogLine(text, level: level)) }

    func folder(of service: ServiceName) async throws(Failure) -> String {
        try await ProposalCase.folder(of: service, parts)
    }

    // MARK: noticing

    func take(_ request: PullRequest, _ item: inout ProposalCase) async throws(Failure) {
        switch request.state {
        case .open:
            if let head = request.head, head != item.commit {
                item.state = .leftAlone
                try await cases.keep(item)
                say("somebody has pushed to '\(item.branch)': \(request.url) is left alone from here on")
                return try await forge.comment(on: request.number, OutcomeText.leftAlone(item.branch, by: head))
            }
            item.state = .open
        case .closed:
            item.state = .closed
            say("\(request.url) was closed without a merge: it is not proposed again")
        case .merged(let commit):
            item.state = .merged
            item.merge = commit
            try await item.askForMore(parts.history)
            say("\(request.url) was merged")
            merged()
        }
        try await cases.keep(item)
    }
}
