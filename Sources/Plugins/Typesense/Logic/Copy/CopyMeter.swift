import PluginKit

/// Shows how far a copy is, a few times a second at most.
final class CopyMeter {
    private let context: StageContext
    private let job: CopyJob
    private let total: Int
    private let pass: Int
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now - .seconds(1)

    init(_ context: StageContext, _ job: CopyJob, total: Int, pass: Int) {
        self.context = context
        self.job = job
        self.total = total
        self.pass = pass
    }

    func show(_ outcome: CopyPass.Outcome) {
        let now = ContinuousClock.now
        guard now - last >= .milliseconds(300) else { return }
        last = now
        let share = total > 0 ? min(1, Double(outcome.seen) / Double(total)) : nil
        context.progress(
            share, "\(verb) '\(job.name)': \(outcome.seen) of \(total) documents, \(speed(outcome)) a second")
    }

    func finish(_ outcome: CopyPass.Outcome) {
        context.progress(1, "\(verb) '\(job.name)': \(outcome.seen) documents")
        var text = "'\(job.source)' to '\(job.target)': \(outcome.seen) documents read, \(outcome.imported) imported"
        if outcome.deleted > 0 { text += ", \(outcome.deleted) deleted" }
        if outcome.refused > 0 { text += ", \(outcome.refused) refused" }
        context.log("\(text) (\(speed(outcome)) a second)")
    }

    private var verb: String { pass == 1 ? "copying" : "comparing" }

    private func speed(_ outcome: CopyPass.Outcome) -> Int {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        let time = Double(seconds) + Double(attoseconds) / 1e18
        return time > 0 ? Int(Double(outcome.seen) / time) : outcome.seen
    }
}
