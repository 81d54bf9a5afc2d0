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

        mutating func look(after pause: Duration) { lookAgain = min(lookAgain ?? pause, pause) }
    }
    /// Time until it is looked again after trouble with the disk, the history or git.
    private static let trouble: Duration = .seconds(60)

    /// Opens cases for what fails, closes those of what is well, and takes each a step further. One service's trouble is no other's.
    func step() async -> Outlook {
        var outlook = Outlook()
        do throws(Failure) {
            let failures = try await failures()
            for item in try await cases.all() where failures[item.service] == nil {
                await withoutTrouble(of: item.service, &outlook) { (_) throws(Failure) in try await close(item) }
            }
            for (service, failure) in failures.sorted(by: { $0.key < $1.key }) {
                await withoutTrouble(of: service, &outlook) { (outlook) throws(Failure) in
                    try await step(service, failure, &outlook)
                }
            }
        } catch {
            say("repairs are not gone on with: \(error)", nil, .warning)
            outlook.look(after: Self.trouble)
        }
        return outlook
    }

    private func withoutTrouble(
        of service: ServiceName, _ outlook: inout Outlook, _ body: (inout Outlook) async throws(Failure) -> Void
    ) async {
        do throws(Failure) { try await body(&outlook) } catch {
            say("its repairs are not gone on with: \(error)", service, .warning)
            outlook.look(after: Self.trouble)
        }
    }

    private func step(_ service: ServiceName, _ failure: FailedAttempt, _ outlook: inout Outlook)
        async throws(Failure)
    {
        guard !isEnding, failure.culprit == nil, asking[service] == nil else { return }
        let answers = answers
        let kept = try await cases.of(service)
        guard var item = try await item(of: service, failure, known: kept) else { return }
        // A coder has answered in the meantime: its case is another one now.
        guard answers == self.answers else { return outlook.look(after: .milliseconds(100)) }
        let next = try await advance(&item)
        outlook.hasSent = outlook.hasSent || next.hasSent
        if let pause = next.lookAgain { outlook.look(after: pause) }
        try await cases.keep(item)
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
            try await take(verdict, of: pending, &item)
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
            try await take(verdict, of: pending, &item)
        }
        guard item.loop.stop == nil, !item.isMendedByFixIt else {
            tell(&item)
            return Outlook()
        }
        if try await sendFixIt(&item) { return Outlook(hasSent: true) }
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

    private func take(_ verdict: Verdict, of pending: RepairCase.Pending, _ item: inout RepairCase)
        async throws(Failure)
    {
        var verdict = verdict
        if try await changesNothing(verdict, item) {
            verdict.decision = .rejected
            verdict.reason = "it changes nothing: what it writes stood there already when the service failed"
        }
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
}
