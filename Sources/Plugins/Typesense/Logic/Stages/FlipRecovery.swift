import Model
import PluginKit

/// Looks at what an earlier deployment was making live when it was cut off, and nobody rolled it back.
///
/// Where the name leads to the copy already, the last pass is done: nothing that was written meanwhile is lost. Where it does
/// not, the copy waits for a deployment that wants it, and is compared with its source again.
struct FlipRecovery {
    let work: Work
    let progress: Progress

    init(_ work: Work, _ progress: Progress) {
        self.work = work
        self.progress = progress
    }

    func run() throws {
        for job in try work.desk.jobs { try recover(job) }
    }

    private func recover(_ job: CopyJob) throws {
        guard let copied = try work.collections.live(job.target) else {
            if job.phase == .flipping { try work.desk.forget(job.target) }
            return
        }
        let target = try work.collections.target(of: job.name)
        // Whatever the job says: the call may have been under way when its caller was killed.
        if target == job.target { return try settle(job, copied) }
        guard job.phase == .flipping else { return }
        guard job.replacesName, target == nil, try work.collections.live(job.name) == nil else {
            var job = job
            job.phase = .copying
            return try work.desk.write(job)
        }
        // The name is free and leads nowhere, and the copy is complete: whoever searches waits for this.
        try progress.announce()
        try work.collections.point(job.name, to: job.target)
        work.context.log("'\(job.name)' is '\(job.target)' now")
        try work.desk.forget(job.target)
    }

    private func settle(_ job: CopyJob, _ copied: PluginJSON) throws {
        guard !job.replacesName else { return try work.desk.forget(job.target) }
        work.context.log("'\(job.name)' is '\(job.target)' already; what was written meanwhile is brought over")
        var job = job
        job.transform = DocumentTransform(
            from: try work.collections.live(job.source)?["fields"]?.array ?? [], to: copied["fields"]?.array ?? [],
            given: work.options.defaults[job.name] ?? [:])
        var copy = CollectionCopy(work, job, progress)
        try copy.settle()
    }
}
