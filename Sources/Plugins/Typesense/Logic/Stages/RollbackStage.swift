import Model
import PluginKit

/// Makes live what the last successful deployment left, and of what only the failed one touched, what it found.
///
/// Aliases flip back in one call each. A collection that was altered in place loses the fields it gained, and says again of
/// itself what it said. What was written in the meantime stays where it was written: the server keeps no history, and this says
/// so.
struct RollbackStage {
    private let work: Work
    /// What the failed deployment wrote down; nothing where there was none.
    private let begun: Ledger.Content

    init(_ work: Work) {
        self.work = work
        begun = work.ledger.isUnderWay ? work.ledger.content : Ledger.Content()
    }

    func run() throws -> StageResult {
        guard work.record != nil || work.ledger.isUnderWay else {
            if work.ledger.isMissing {
                work.context.log(
                    "it is not known what the deployment made, so nothing is taken away", level: .warning)
            }
            return .noChange("nothing had been deployed")
        }
        try forgetFlips()
        let wanted = (work.record?.collections ?? [:]).merging(begun.found.collections) { known, _ in known }
        let store = ResourceStore(
            server: work.server, version: try work.version(), collections: wanted.mapValues(\.live))
        let resources = ResourceRollback(work, store, work.record?.resources ?? [:], begun.found.resources)
        // A collection may name only what is there.
        if store.version.hasSets { try resources.run([.synonyms, .overrides], removing: false) }
        var failures: [String] = []
        for (name, entry) in wanted.sorted(by: { $0.key < $1.key }) {
            if let problem = try restore(name, entry) { failures.append(problem) }
        }
        try resources.run(SourceLayout.Topic.allCases, removing: true)
        for name in begun.begun.sorted() where wanted[name] == nil { try takeAway(name) }
        guard failures.isEmpty else {
            return .failed(
                "\(failures.count) of \(wanted.count) collections could not be rolled back: \(failures[0])")
        }
        return try end()
    }

    /// The name of a collection that became an alias stays one, and the checkpoint says so from now on.
    private func end() throws -> StageResult {
        var record = work.record
        var hasMoved = false
        for (name, entry) in record?.collections ?? [:] where !entry.isAlias {
            guard let target = try work.collections.target(of: name) else { continue }
            record?.collections[name]?.live = target
            record?.collections[name]?.isAlias = true
            hasMoved = true
        }
        writeDown { content in
            let moved = content.moved
            content.forget()
            (content.record, content.moved) = (record, moved)
        }
        if hasMoved, let record {
            work.context.checkpoint(
                try RecordFile.checkpoint(record, folder: work.context.releaseDirectory).checkpoint)
        }
        return .ok(
            work.record == nil ? "what the first deployment began is taken away" : "what was live before is live again")
    }

    /// No disk that is full keeps the server from being rolled back.
    private func writeDown(_ change: (inout Ledger.Content) -> Void) {
        do {
            try work.ledger.write(change)
        } catch {
            work.context.log("\(error)", level: .warning)
        }
    }

    /// A copy that was being made live must not become that later. One that never was live goes; one that was may hold what
    /// clients wrote, and stays until a deployment ends well. Copies that are not complete go on, or go, with the next one.
    private func forgetFlips() throws {
        let lives = Set(work.record?.collections.values.map(\.live) ?? [])
        let flips = try work.desk.jobs.filter { $0.phase == .flipping && !lives.contains($0.target) }
        guard !flips.isEmpty else { return }
        let pointedTo = Set(try work.collections.aliases().values)
        for job in flips {
            work.context.log("the copy of '\(job.source)' to '\(job.target)' does not become live any more")
            try work.desk.forget(job.target)
            guard !job.replacesName, !pointedTo.contains(job.target) else { continue }
            try work.collections.delete(job.target)
            writeDown { $0.made.remove(job.target) }
        }
    }

    /// Returns what could not be undone.
    private func restore(_ name: String, _ entry: DeploymentRecord.Entry) throws -> String? {
        let leadsTo = try work.collections.target(of: name)
        if !entry.isAlias {
            if let leadsTo { return try unadopt(name, entry, from: leadsTo) }
            if try work.collections.live(name) == nil { return try unadopt(name, entry, from: nil) }
        }
        guard let live = try work.collections.live(entry.live) else {
            let text = "'\(entry.live)', which was live as '\(name)', is gone"
            work.report(
                .error, Failure.Code.state.rawValue, text, "Restore it from a snapshot, or deploy the revision anew.")
            return text
        }
        if entry.isAlias, leadsTo != entry.live {
            if let current = leadsTo, let documents = try work.collections.live(current)?["num_documents"]?.integer {
                let old = live["num_documents"]?.integer ?? 0
                work.report(
                    .note, "typesense.rollback",
                    "'\(name)' leads from '\(current)' (\(documents) documents) back to '\(entry.live)' (\(old))",
                    "What was written since the flip is in '\(current)' only, until the next deployment removes it.")
            }
            try work.collections.point(name, to: entry.live)
        }
        return try SchemaRollback(work, name, entry).run(live)
    }

    /// A name that was a collection's own and has become an alias, or is to become one: the documents lie where the deployment
    /// moved them before it changed anything. The name stays an alias.
    private func unadopt(_ name: String, _ entry: DeploymentRecord.Entry, from current: String?) throws -> String? {
        // Versions that wrote nothing down took the first name that was free.
        let moved = work.ledger.content.moved[name] ?? CollectionDeployment.adoptedName(name, entry.echo)
        guard try work.collections.live(moved) != nil else {
            let text = "'\(moved)', to which the documents of '\(name)' were moved, is gone"
            work.report(
                .error, Failure.Code.state.rawValue, text, "Restore it from a snapshot, or deploy the revision anew.")
            return text
        }
        if current != moved { try work.collections.point(name, to: moved) }
        work.report(
            .note, "typesense.rollback",
            "'\(name)' leads from \(current.map { "'\($0)'" } ?? "nothing") to '\(moved)', which holds what it held",
            "It was a collection of its own before; it stays an alias.")
        return nil
    }

    /// A name that only the failed deployment brought.
    private func takeAway(_ name: String) throws {
        guard let target = try work.collections.target(of: name), begun.made.contains(target) else { return }
        work.context.log("collection '\(name)': '\(target)' and the alias are taken away")
        try work.collections.deleteAlias(name)
        try work.collections.delete(target)
        try work.desk.forget(target)
        writeDown { $0.made.remove(target) }
    }
}
