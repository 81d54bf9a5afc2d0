import Forge
import Git
import History
import Model
import Pipeline
import Repair

/// Opens pull requests for repairs that were pushed to branches, notices what becomes of them, and says under them how their
/// deployment went. The daemon's other work does not wait for it.
actor ProposalKeeper {
    private let forge: any Forge
    private let parts: CycleParts
    private let cases: ProposalCases
    /// Told when something was merged.
    private let merged: @Sendable () -> Void
    private let interval: Duration
    private var toldFailure: String?

    /// - Parameter interval: between two looks at what is open.
    init(forge: any Forge, parts: CycleParts, interval: Duration, merged: @escaping @Sendable () -> Void) {
        self.interval = min(max(interval, .seconds(5)), .seconds(300))
        self.forge = forge
        self.parts = parts
        self.merged = merged
        cases = ProposalCases(history: parts.history)
    }

    /// Takes a verdict that proposes into care.
    func proposed(_ verdict: Verdict, _ feedback: Feedback) async throws(Failure) {
        guard verdict.decision == .proposed, let branch = verdict.branch, let commit = verdict.commit,
            try await cases.all().contains(where: { $0.feedback == verdict.feedback && $0.commit == commit }) == false
        else { return }
        let service = verdict.service ?? verdict.services.first
        var occasion: ProposalText.Occasion?
        if let service, let report = try await parts.history.lastReport(of: service) {
            occasion = .init(summary: report.summary)
        }
        var folder = ""
        if let service { folder = try await KnownServices.load(parts.history).meanings[service]?.folder ?? "" }
        let isDraft = !verdict.tried.allSatisfy(\.status.allowsProgress)
        let text = ProposalText(
            feedback: feedback, verdict: verdict, occasion: occasion, folder: folder, isDraft: isDraft)
        try await cases.keep(
            ProposalCase(
                feedback: verdict.feedback, branch: branch, commit: commit,
                services: verdict.services.isEmpty ? [service].compactMap { $0 } : verdict.services,
                title: ProposalText.title(of: feedback), text: text.body(limit: forge.limits.text), isDraft: isDraft))
    }

    /// Goes on with everything that is not over. Returns when to look again; nil where nothing is open.
    func step() async -> Duration? {
        if let pause = forge.pause { return max(pause, .seconds(1)) }
        do throws(Failure) {
            let live = try await cases.all().filter(\.isLive)
            guard !live.isEmpty else { return nil }
            for item in live where item.state == .pushed { try await open(item) }
            try await look(at: try await cases.all().filter { $0.state == .open })
            for item in try await cases.all() where item.state == .merged { try await tell(item) }
            toldFailure = nil
            return try await cases.all().contains(where: \.isLive) ? interval : nil
        } catch {
            if toldFailure != error.message { say("the forge: \(error)", .warning) }
            toldFailure = error.message
            return max(forge.pause ?? .zero, error.scheduling == .stop ? .seconds(600) : interval)
        }
    }

    private func say(_ text: String, _ level: LogLine.Level = .info) { parts.narrator.say(LogLine(text, level: level)) }

    // MARK: opening

    private func open(_ item: ProposalCase) async throws(Failure) {
        var item = item
        let receipt = try await forge.propose(
            Proposal(
                branch: item.branch, base: parts.origin.branch, head: item.commit, title: item.title, text: item.text,
                isDraft: item.isDraft, label: "codex-deployer"))
        item.number = receipt.pullRequest.number
        item.url = receipt.pullRequest.url
        for shortfall in receipt.shortfalls { say("pull request \(item.url ?? ""): \(shortfall)", .debug) }
        try await take(receipt.pullRequest, &item)
        if receipt.wasOpened {
            say("feedback '\(item.feedback)' is proposed as \(receipt.pullRequest.url)")
            do throws(Failure) { try await report(item) } catch {
                // The pull request stands; a status beside it is a courtesy.
                say("the status of \(item.commit.short) is not told: \(error)", .warning)
            }
        }
    }

    private func report(_ item: ProposalCase) async throws(Failure) {
        guard let verdict = try await parts.history.verdict(of: item.feedback) else { return }
        let name = "codex-deployer/\(item.services.first?.text ?? "repair")"
        let folder: String
        if let service = item.services.first {
            folder = try await KnownServices.load(parts.history).meanings[service]?.folder ?? ""
        } else {
            folder = ""
        }
        let left = verdict.introduced + verdict.remaining
        _ = try await forge.report(
            CommitReport(
                name: name, state: .success, title: "verified: \(verdict.fixed.count) fixed, \(left.count) left",
                annotations: Annotation.of(left, folder: folder)), on: item.commit)
    }

    // MARK: noticing

    private func look(at items: [ProposalCase]) async throws(Failure) {
        guard !items.isEmpty else { return }
        let open = try await forge.openPullRequests()
        for item in items {
            guard let number = item.number else { continue }
            var item = item
            if let request = open.first(where: { $0.number == number }) {
                try await take(request, &item)
            } else {
                try await take(try await forge.pullRequest(number), &item)
            }
        }
    }

    private func take(_ request: PullRequest, _ item: inout ProposalCase) async throws(Failure) {
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
            item.state = .refused
            say("\(request.url) was closed without a merge: it is not proposed again")
        case .merged(let commit):
            item.state = .merged
            item.merge = commit
            say("\(request.url) was merged")
            merged()
        }
        try await cases.keep(item)
    }

    // MARK: after the merge

    /// Says what came of the deployment, once there is something to say, and deletes the branch.
    private func tell(_ item: ProposalCase) async throws(Failure) {
        var item = item
        let states = try await parts.history.states()
        let wanted = item.merge ?? item.commit
        var lines: [String] = []
        for service in item.services {
            guard let state = states[service] else { continue }
            if let release = state.deployed, try await has(wanted, release.revision) {
                lines.append(
                    OutcomeText.deployed(
                        service, release.revision, isHealthy: true, outcomes: try await outcomes(of: service)))
            } else if let failure = state.failure, try await has(wanted, failure.revision) {
                lines.append(
                    OutcomeText.deployed(
                        service, failure.revision, isHealthy: false, outcomes: try await outcomes(of: service)))
            } else {
                // Its turn comes.
                return
            }
        }
        if let number = item.number, !lines.isEmpty {
            try await forge.comment(on: number, lines.joined(separator: "\n\n"))
        }
        item.state = .done
        try await cases.keep(item)
        guard forge.limits.deletesBranches else {
            return say("'\(item.branch)' stays: its forge deletes no branch for programs", .debug)
        }
        do throws(Failure) { try await forge.deleteBranch(item.branch, at: item.commit) } catch {
            say("'\(item.branch)' stays: \(error)", .warning)
        }
    }

    private func has(_ commit: Revision, _ tip: Revision) async throws(Failure) -> Bool {
        do throws(Failure) {
            if commit == tip { return true }
            return try await parts.origin.repository.isAncestor(commit, of: tip)
        } catch {
            guard error.code.rawValue == "git.not-found" else { throw error }
            return false
        }
    }

    private func outcomes(of service: ServiceName) async throws(Failure) -> [StageOutcome] {
        guard let cycle = try await parts.history.cycles(limit: 1, service: service).first,
            let result = try await parts.history.cycle(cycle.id)?.services.first(where: { $0.service == service })
        else { return [] }
        return result.stages
    }
}
