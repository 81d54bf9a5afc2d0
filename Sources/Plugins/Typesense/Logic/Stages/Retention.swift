import PluginKit
import PluginSupport

/// Removes collections that no rollback needs: those that were live too long ago, and copies that were never finished.
/// Only what was made here: others name their collections in the same way.
struct Retention {
    private let work: Work
    init(_ work: Work) { self.work = work }

    /// - Parameter record: what is live now.
    func run(_ record: DeploymentRecord) throws {
        let content = work.ledger.content
        let pointedTo = Set(try work.collections.aliases().values)
        let jobs = try work.desk.jobs
        let made = content.made.union(jobs.map(\.target))
        // Until this deployment has proved healthy what was there before it is what a rollback needs.
        var kept = pointedTo.union(content.found.collections.values.map(\.live)).union(content.moved.values)
        for (name, entry) in work.record?.collections ?? [:] {
            kept.insert(entry.live)
            // What is declared no longer is left alone.
            if record.collections[name] == nil { kept.formUnion(entry.previous) }
        }
        for entry in record.collections.values {
            kept.insert(entry.live)
            kept.formUnion(entry.previous.prefix(work.options.keepReleases - 1))
        }
        let names = Set(try work.collections.names())
        for old in made.sorted() where !kept.contains(old) {
            if names.contains(old) {
                work.context.log("collection '\(old)' is removed: no release needs it")
                try work.collections.delete(old)
            }
            try work.ledger.write { $0.made.remove(old) }
        }
        for job in jobs { try work.desk.forget(job.target) }
        try RecordFile.tidy(
            folder: work.context.releaseDirectory, keep: work.options.keepReleases,
            needed: [work.recordFile].compactMap(\.self))
    }
}
