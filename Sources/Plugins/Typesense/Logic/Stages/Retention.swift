import PluginKit

/// Removes collections that no rollback needs: those that were live too long ago, and copies that were never finished.
/// Collections whose names were not made here are left alone, whatever they hold.
struct Retention {
    private let work: Work
    init(_ work: Work) { self.work = work }

    func run(_ record: DeploymentRecord) throws {
        let names = try work.collections.names()
        let pointedTo = Set(try work.collections.aliases().values)
        for (name, entry) in record.collections.sorted(by: { $0.key < $1.key }) {
            var kept = Set(entry.previous.prefix(work.options.keepReleases - 1))
            kept.insert(entry.live)
            // Until this deployment has proved healthy the one before it is what a rollback needs.
            if let before = work.record?.collections[name]?.live { kept.insert(before) }
            for old in names where VersionedName.isOne(old, of: name) && !kept.contains(old) && !pointedTo.contains(old)
            {
                work.context.log("collection '\(old)' is removed: no release needs it")
                try work.collections.delete(old)
            }
        }
        for job in try work.desk.jobs where !pointedTo.contains(job.target) { try work.desk.forget(job.target) }
    }
}
