import Model
import PluginKit
import PluginSupport

/// Copies one collection into another until both hold the same, and lets the alias follow.
struct CollectionCopy {
    let work: Work
    private(set) var job: CopyJob
    private let progress: Progress

    private var desk: CopyDesk { work.desk }
    /// Readings of the whole source before the flip: one that fills, then as many as find changes, up to this.
    private static let mostPasses = 4
    /// Breaks of an export without a document of progress between them.
    private static let mostBreaks = 20

    init(_ work: Work, _ job: CopyJob, _ progress: Progress) {
        self.work = work
        self.job = job
        self.progress = progress
    }

    /// Fills the target, from where an earlier attempt ended.
    ///
    /// - Returns: how many documents the target holds; the server has counted them, too.
    /// - Throws: `typesense.documents` when it refuses more than is allowed.
    mutating func fill() throws -> Int {
        try desk.write(job)
        var wasRepeated = false
        while true {
            var outcome = CopyPass.Outcome()
            var complaints: [CopyPass.Complaint] = []
            for number in 1...Self.mostPasses {
                outcome = try pass(.fill, number)
                // Later passes know what was refused before, but not why.
                complaints += outcome.complaints
                outcome.complaints = complaints
                if outcome.refused > work.options.mostFailures { throw tooManyRefused(outcome) }
                if number > 1, !outcome.hasChanged { break }
            }
            let (all, refused) = try JournalFile.count(desk.journal(job.target))
            let counted = try count(expecting: all - refused)
            if counted == all - refused {
                if refused > 0 { reportRefused(outcome) }
                return counted
            }
            let text = "'\(job.target)' holds \(counted) documents, \(all - refused) were copied"
            guard !wasRepeated else {
                throw Failure(
                    .copy, text, remedy: "Does something else write to it? It is not live and nothing should.")
            }
            work.context.log("\(text): it is filled once more from the beginning", level: .warning)
            wasRepeated = true
            try work.collections.empty(job.target)
            try desk.forget(job.target)
            try desk.write(job)
        }
    }

    /// Points the alias to the target, and then brings over what was written to the source in the last moments.
    ///
    /// - Parameter entry: what is live from then on.
    mutating func flip(_ entry: DeploymentRecord.Entry) throws {
        // Deleting by a name that is an alias already would delete what it leads to.
        if job.replacesName, try work.collections.target(of: job.name) == nil { try makeRoom() }
        job.phase = .flipping
        try desk.write(job)
        try progress.announce()
        try work.collections.point(job.name, to: job.target)
        work.context.log("'\(job.name)' is '\(job.target)' now")
        try progress.note { $0.collections[job.name] = entry }
        guard !job.replacesName else { return try desk.forget(job.target) }
        try settle()
    }

    /// Deletes the source, whose name is needed. There is no reading after that, so it is read until nothing changes and both
    /// hold as many documents; only what is written between that and the deletion is lost.
    ///
    /// - Throws: `typesense.copy` when it is written to all the time; it is still there then.
    private mutating func makeRoom() throws {
        guard try work.collections.live(job.name) != nil else { return }
        for _ in 1...Self.mostPasses {
            let outcome = try pass(.fill, 2)
            if outcome.refused > work.options.mostFailures { throw tooManyRefused(outcome) }
            if outcome.hasChanged { continue }
            let (all, refused) = try JournalFile.count(desk.journal(job.target))
            guard try count(expecting: all - refused) == all - refused,
                try work.collections.live(job.source)?["num_documents"]?.integer == all
            else { continue }
            job.phase = .flipping
            try desk.write(job)
            try progress.announce()
            let gone = try work.collections.delete(job.name)?["num_documents"]?.integer
            if let gone, gone != all { reportLoss(gone, all) }
            return
        }
        throw Failure(
            .copy,
            "'\(job.name)' is written to all the time, so its name cannot be taken over without a loss; nothing is changed",
            remedy: "Stop what writes to it, deploy again (the copy goes on), and start it when that has ended.")
    }

    private func reportLoss(_ gone: Int, _ copied: Int) {
        work.report(
            .warning, "typesense.adopt",
            "'\(job.name)' held \(gone) documents when it was deleted, \(copied) are in '\(job.target)'",
            "Something wrote to it in the last moment; those writes are lost. Send them again, and stop writers during an adoption."
        )
    }

    /// The last pass, after the flip.
    mutating func settle() throws {
        guard try work.collections.live(job.source) != nil else {
            work.context.log("'\(job.source)' is gone, so nothing more of it is brought over", level: .warning)
            return try desk.forget(job.target)
        }
        try progress.announce()
        let outcome = try pass(.catchUp, 0)
        if outcome.hasChanged {
            work.context.log(
                "\(outcome.imported) documents written and \(outcome.deleted) deleted in '\(job.source)' "
                    + "while the alias was flipped are brought over")
        }
        if outcome.conflicts > 0 {
            work.report(
                .warning, "typesense.conflict",
                "\(outcome.conflicts) documents were changed in '\(job.source)' and in '\(job.target)' while the alias was flipped",
                "They are left as they are in '\(job.target)'.")
        }
        try desk.forget(job.target)
    }

    /// One pass; an export that breaks off is begun again, and what the journal knows is not copied twice.
    private func pass(_ purpose: CopyPass.Purpose, _ number: Int) throws -> CopyPass.Outcome {
        let (journal, next) = (desk.journal(job.target), desk.nextJournal(job.target))
        let total = try work.collections.live(job.source)?["num_documents"]?.integer ?? 0
        let meter = CopyMeter(work.context, job, total: total, pass: number)
        var (breaks, best) = (0, 0)
        while true {
            try choose(journal, next)
            let attempt = CopyPass(
                work, job, purpose, old: try JournalReader(journal), journal: try JournalWriter(next)
            ) { outcome in
                meter.show(outcome)
                if outcome.refused > work.options.mostFailures + 1000 { throw tooManyRefused(outcome) }
            }
            do {
                let outcome = try attempt.run()
                try Files.move(next, to: journal)
                meter.finish(outcome)
                return outcome
            } catch let failure as Failure where failure.scheduling == .retry && failure.code != .copy {
                let reached = try JournalFile.count(next).all
                breaks = reached > best ? 1 : breaks + 1
                best = max(best, reached)
                guard breaks < Self.mostBreaks else { throw failure }
                work.context.log("\(failure); it goes on after \(reached) documents", level: .warning)
                try work.context.pause(.milliseconds(500))
            }
        }
    }

    /// An attempt that ended early leaves its journal beside the last whole one: whichever knows more is believed.
    private func choose(_ journal: String, _ next: String) throws {
        guard Files.kind(next) != nil else { return }
        if try JournalFile.count(next).all > JournalFile.count(journal).all { try Files.move(next, to: journal) }
        try Files.remove(next)
    }

    /// The server's own count, once it is what is expected, or does not become that.
    private func count(expecting expected: Int) throws -> Int {
        var counted = 0
        for _ in 0..<20 {
            _ = try work.server.leader()
            counted = try work.collections.live(job.target)?["num_documents"]?.integer ?? 0
            if counted == expected { return counted }
            try work.context.pause(.milliseconds(250))
        }
        return counted
    }

    private func tooManyRefused(_ outcome: CopyPass.Outcome) -> Failure {
        report(outcome, .error)
        return Failure(
            .documents,
            "\(outcome.refused) of \(outcome.seen) documents of '\(job.name)' do not fit the new schema; the alias stays where it is",
            remedy: "Make the field optional, give it a value in the option 'defaults', mend the documents, "
                + "or allow so many with 'max_failures'.")
    }

    private func reportRefused(_ outcome: CopyPass.Outcome) {
        work.report(
            .warning, "typesense.documents",
            "\(outcome.refused) documents of '\(job.source)' do not fit the new schema and are not in '\(job.target)'",
            nil)
        report(outcome, .warning)
    }

    private func report(_ outcome: CopyPass.Outcome, _ severity: PluginDiagnostic.Severity) {
        for complaint in outcome.complaints {
            work.report(
                severity, "typesense.document", "document '\(complaint.id)' of '\(job.name)': \(complaint.reason)", nil)
        }
    }
}
