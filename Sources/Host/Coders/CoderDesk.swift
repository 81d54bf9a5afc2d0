import Coders
import Diagnostics
import Git
import History
import Model
import Pipeline
import Repair
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Works on failures by itself: the compiler's own fix-its first, then the coder that the settings name. Whatever comes of it
/// goes through the inbox like anybody's patch.
actor CoderDesk {
    let parts: CycleParts
    let settings: DaemonSettings
    let layout: WorkspaceLayout
    let factory: CoderFactory
    let inbox: FeedbackDrop
    private let cases: RepairCases
    let post: RepairPost
    /// Services whose coder is at work.
    private var asking: [ServiceName: Task<Void, Never>] = [:]
    private let attempts: CoderAttempts
    /// How many coders have come back.
    private var answers = 0
    private var isEnding = false

    init(
        parts: CycleParts, settings: DaemonSettings, layout: WorkspaceLayout, factory: CoderFactory, inbox: FeedbackDrop
    ) {
        self.parts = parts
        self.settings = settings
        self.layout = layout
        self.factory = factory
        self.inbox = inbox
        cases = RepairCases(history: parts.history)
        post = RepairPost(cases: cases, history: parts.history, inbox: inbox)
        attempts = CoderAttempts(history: parts.history)
    }

    /// What is to be done next, and when to look again: nil where only a cycle or a verdict can change anything.
    struct Outlook: Sendable {
        var hasSent = false
        var lookAgain: Duration?
    }

    /// Opens cases for what fails, closes those of what is well, and takes each a step further.
    func step() async -> Outlook {
        var outlook = Outlook()
        do throws(Failure) {
            let failures = try await failures()
            for item in try await cases.all() where failures[item.service] == nil { try await close(item) }
            for (service, failure) in failures.sorted(by: { $0.key < $1.key }) {
                guard !isEnding, failure.culprit == nil, asking[service] == nil else { continue }
                let answers = answers
                let kept = try await cases.of(service)
                guard var item = try await item(of: service, failure, known: kept) else { continue }
                // A coder has answered in the meantime: its case is another one now.
                guard answers == self.answers else {
                    outlook.lookAgain = .milliseconds(100)
                    continue
                }
                let next = try await advance(&item)
                outlook.hasSent = outlook.hasSent || next.hasSent
                outlook.lookAgain = [outlook.lookAgain, next.lookAgain].compactMap { $0 }.min()
                try await cases.keep(item)
            }
        } catch {
            say("repairs are not gone on with: \(error)", nil, .warning)
            outlook.lookAgain = .seconds(60)
        }
        return outlook
    }

    /// What was deployed and did not do well, and what was well and has crashed since.
    private func failures() async throws(Failure) -> [ServiceName: FailedAttempt] {
        let states = try await parts.history.states()
        var failures = states.compactMapValues(\.failure)
        for (service, crash) in try await parts.crashes.standing(states) where failures[service] == nil {
            guard let release = states[service]?.deployed else { continue }
            failures[service] = FailedAttempt(
                revision: crash.revision, fingerprint: release.fingerprint, stage: .health, summary: crash.summary,
                attempts: 1)
        }
        return failures
    }

    /// Ends what coders are doing.
    func end() async {
        isEnding = true
        for task in asking.values { task.cancel() }
        for task in asking.values { await task.value }
    }

    /// Waits for the coders that are at work.
    func settle() async {
        for task in asking.values { await task.value }
    }

    var isAsking: Bool { !asking.isEmpty }

    func say(_ text: String, _ service: ServiceName?, _ level: LogLine.Level = .info) {
        parts.narrator.say(LogLine(text, level: level, service: service))
    }

    // MARK: cases

    /// The service is well again, by a patch of ours or by somebody else's.
    private func close(_ item: RepairCase) async throws(Failure) {
        var item = item
        if let pending = item.pending, let verdict = try await parts.history.verdict(of: pending.id) {
            take(verdict, of: pending, &item)
            if item.isMendedByFixIt || item.loop.stop != nil { tell(&item) }
        }
        asking[item.service]?.cancel()
        try await cases.forget(item.service)
    }

    /// The case of a failure; nil where there is no report to go by, or nobody is to work on it.
    private func item(of service: ServiceName, _ failure: FailedAttempt, known: RepairCase?) async throws(Failure)
        -> RepairCase?
    {
        guard let stored = try await parts.history.lastReport(of: service),
            let report = try? JSONDecoder().decode(FailureReport.self, from: Data(stored.document.utf8)),
            report.revision == failure.revision, report.stage == failure.stage
        else {
            // Another failure is left, a crash of what ran before, say, and the case is none of it.
            if let known, known.report.revision != failure.revision || known.report.stage != failure.stage {
                try await close(known)
            }
            return nil
        }
        let coder = settings.coder(of: service, in: await parts.configuration.file)
        let limits = CoderLoop.Limits(attempts: coder.attempts, attemptsPerHour: settings.coderAttemptsPerHour)
        let setup = settings.fingerprint(of: coder)
        if var known, known.loop.failure == RepairCase.name(report) {
            known.reopen(setup, limits: limits, at: .now)
            guard known.report.id != report.id else { return known }
            // It was tried again and failed alike: what stopped the coder may be mended by now, budgets stay used up.
            known.report = report
            known.isTold = false
            _ = known.loop.reopened(limits, at: .now, recent: try await attempts.recent())
            return known
        }
        guard let folder = try await folder(of: service) else { return nil }
        var item = RepairCase(report, folder: folder, limits: limits)
        item.setup = setup
        return item
    }

    /// The service's folder in the workspace; nil for one with a repository of its own, which no repair reaches.
    private func folder(of service: ServiceName) async throws(Failure) -> String? {
        let folder = try await KnownServices.load(parts.history).meanings[service]?.folder
        return folder.flatMap { $0.contains("#") ? nil : $0 }
    }

    // MARK: steps

    private func advance(_ item: inout RepairCase) async throws(Failure) -> Outlook {
        if let pending = item.pending {
            guard let verdict = try await parts.history.verdict(of: pending.id) else {
                // Its file waits in the inbox, or somebody has taken it away; or a kill came before it was there.
                try await post.deliver(&item)
                return Outlook(lookAgain: .seconds(30))
            }
            take(verdict, of: pending, &item)
        }
        guard item.loop.stop == nil, !item.isMendedByFixIt else {
            tell(&item)
            return Outlook()
        }
        if let (feedback, pending) = try await nextFixIt(&item) {
            try await post.send(feedback, as: pending, &item)
            return Outlook(hasSent: true)
        }
        let configuration = await parts.configuration.file
        let coder = settings.coder(of: item.service, in: configuration)
        guard coder.kind != .none else { return Outlook() }
        if let objection = coder.objection {
            if !item.isTold { say("no coder is asked: \(objection.what); \(objection.remedy)", item.service, .warning) }
            item.isTold = true
            return Outlook()
        }
        switch item.loop.next(at: .now, recent: try await attempts.recent()) {
        case .ask(let attempt):
            try await ask(item, attempt, coder)
            return Outlook()
        case .wait(let until):
            return Outlook(lookAgain: max(.seconds(1), .microseconds(until.microseconds - Timestamp.now.microseconds)))
        case .verify:
            return Outlook()
        case .stop(let stop):
            tell(&item, stop)
            return Outlook()
        }
    }

    private func take(_ verdict: Verdict, of pending: RepairCase.Pending, _ item: inout RepairCase) {
        item.pending = nil
        let isGood = [.applied, .proposed, .alreadyApplied, .verified].contains(verdict.decision)
        if pending.isFixIt {
            item.fixItsTried += 1
            item.isMendedByFixIt = isGood
            return
        }
        if isGood {
            _ = item.loop.accepted()
            return
        }
        item.earlier.append(
            EarlierAttempt(
                number: item.loop.attempts, description: pending.description, patches: pending.patches,
                result: .judged(verdict)))
        let errors = DiagnosticSet(verdict.tried.flatMap(\.diagnostics))
        let wasTried = !verdict.tried.isEmpty
        _ = item.loop.rejected(
            diagnostics: wasTried ? errors.fingerprint : nil, tree: wasTried ? verdict.result : nil, at: .now)
    }

    private func tell(_ item: inout RepairCase, _ stop: CoderStop? = nil) {
        guard !item.isTold else { return }
        item.isTold = true
        if item.isMendedByFixIt { return say("the compiler's own fix-its mend it", item.service) }
        guard let stop = stop ?? item.loop.stop else { return }
        say(
            stop.isRepaired ? "the coder's patch is good" : "no coder is asked any more: \(stop)", item.service,
            stop.isRepaired ? .info : .warning)
    }

    // MARK: coders

    /// Asks in the background: a model may think for minutes, and deployments go on.
    private func ask(_ item: RepairCase, _ attempt: Int, _ coder: CoderSettings) async throws(Failure) {
        try await attempts.add()
        guard !isEnding else { return }
        let service = item.service
        say("asking the coder (\(coder.kind.rawValue)), attempt \(attempt) of \(coder.attempts)", service)
        asking[service] = Task {
            var item = item
            let result = await self.proposal(item, attempt, coder)
            await self.finish(&item, result)
        }
    }

    private func finish(
        _ item: inout RepairCase, _ result: Result<(CoderProposal, CoderTree.Difference?), CoderFailure>
    ) async {
        let service = item.service
        defer {
            asking[service] = nil
            answers += 1
        }
        do throws(Failure) {
            // It has become well meanwhile, or fails otherwise: the answer is for what is no more.
            guard let failure = try await failures()[service], failure.revision == item.report.revision else {
                return say("the coder's answer is not needed any more", service)
            }
            switch result {
            case .failure(let failure):
                say("the coder has no patch: \(failure)", service, .warning)
                if failure.meaning == .badAnswer {
                    item.earlier.append(
                        EarlierAttempt(
                            number: item.loop.attempts + 1, description: "", result: .unusable(failure.description)))
                }
                item.away = failure.description
                _ = item.loop.failed(failure, at: .now)
            case .success(let (proposal, difference)):
                item.away = nil
                try await send(proposal, difference, &item)
            }
            try await cases.keep(item)
        } catch {
            guard item.pending?.unsent == nil else {
                return say("the coder's proposal is put into the inbox later: \(error)", service, .warning)
            }
            say("the coder's answer is of no use: \(error)", service, .warning)
            // An attempt all the same: what is not written down is asked for again, and again.
            item.earlier.append(
                EarlierAttempt(number: item.loop.attempts, description: "", result: .unusable("\(error)")))
            try? await cases.keep(item)
        }
    }

    private func send(
        _ proposal: CoderProposal, _ difference: CoderTree.Difference?, _ item: inout RepairCase
    ) async throws(Failure) {
        var patches: [CoderProposal.Patch] = []
        if case .patches(let found) = proposal.change { patches = found }
        if let difference { patches = [CoderProposal.Patch(difference.text)] }
        let aim = "Mend the \(item.report.stage.rawValue) of \(item.service)"
        // An agent says nothing of what it did: the change does, and its aim stands below.
        let sentence = difference.map { "\(ChangeSentence.of($0.files, in: item.service.text))\n\n\(aim)." }
        let message = proposal.message ?? sentence ?? aim
        guard case .verify = item.loop.proposed(change: CoderFingerprint.of(patches)) else {
            say("the coder proposes what was rejected before", item.service, .warning)
            return
        }
        var feedback = Feedback(
            id: try await post.nextID(of: item), description: message,
            patches: patches.map { .init($0.text, target: $0.target ?? item.service.text) })
        if let entry = try await changelogPatch(proposal, proposal.message ?? aim, item) {
            feedback.patches.append(entry)
        }
        feedback.base = item.report.revision
        say("the coder proposes: \(message.prefix { !$0.isNewline })", item.service)
        try await post.send(
            feedback, as: .init(id: feedback.id, isFixIt: false, description: message, patches: patches), &item)
    }

    private func proposal(_ item: RepairCase, _ attempt: Int, _ settings: CoderSettings) async
        -> Result<(CoderProposal, CoderTree.Difference?), CoderFailure>
    {
        let tree = settings.kind == .command ? tree(of: item) : nil
        let result = await proposal(item, attempt, settings, in: tree)
        do throws(Failure) { try await tree?.discard() } catch {
            say("what the coder left in its working tree stays: \(error)", item.service, .warning)
        }
        return result
    }

    private func proposal(_ item: RepairCase, _ attempt: Int, _ settings: CoderSettings, in tree: CoderTree?) async
        -> Result<(CoderProposal, CoderTree.Difference?), CoderFailure>
    {
        do throws(CoderFailure) {
            if let tree { try await Self.away { () throws(Failure) in try await tree.prepare(inputs: []) } }
            guard let coder = factory.coder(settings, tree: tree) else {
                throw CoderFailure(.setup, .coderModel, "there is no coder of the kind '\(settings.kind.rawValue)'")
            }
            let request = CoderRequest(
                report: item.report, folder: item.folder, failure: item.loop.failure, earlier: item.earlier,
                allowedPaths: [item.folder], attempt: attempt)
            let service = item.service
            let proposal = try await coder.propose(request) { [narrator = parts.narrator] line in
                narrator.say(LogLine(line, stream: .plugin, service: service))
            }
            var difference: CoderTree.Difference?
            if case .workingTree = proposal.change {
                let limit = inbox.limit
                let diff = try await Self.away { () throws(Failure) in try await tree?.difference(limit: limit) }
                guard let diff else {
                    throw CoderFailure(.badAnswer, .coderUnchanged, "the agent changed no file of the service")
                }
                guard diff.omittedBytes == 0 else {
                    throw CoderFailure(
                        .badAnswer, .coderTruncated,
                        "the agent changed more than fits into a feedback of \(limit) bytes",
                        remedy: "Make a smaller change.")
                }
                difference = diff
            }
            return .success((proposal, difference))
        } catch {
            return .failure(error)
        }
    }

    private func tree(of item: RepairCase) -> CoderTree {
        CoderTree(
            worktree: GitWorktree(
                repository: parts.origin.repository.path, at: layout.coderWorktree(item.service)),
            repository: parts.origin.repository, revision: item.report.revision, path: item.folder)
    }

    /// What the disk or git refuses says nothing about the coder.
    private static func away<Value>(_ body: () async throws(Failure) -> Value) async throws(CoderFailure) -> Value {
        do throws(Failure) { return try await body() } catch {
            var failure = CoderFailure(.away(until: nil), error.code, error.message)
            failure.failure = error
            throw failure
        }
    }
}
