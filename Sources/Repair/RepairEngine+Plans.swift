import Model
import Patches

/// From the texts of a feedback to what the files shall be.
extension RepairEngine {
    /// Ways in which a feedback can be meant; more than one only for a snippet whose place a line or a finding names.
    ///
    /// Throws what is wrong with it, as a rejection.
    func plans(of feedback: Feedback, services: [Service], at revision: Revision) async throws(Failure) -> [RepairPlan]
    {
        var plans = [RepairPlan()]
        for patch in feedback.patches {
            var next: [RepairPlan] = []
            for plan in plans {
                next += try await extended(plan, by: patch, of: feedback, services: services, at: revision)
            }
            guard next.count <= Self.mostWays else {
                throw Failure(
                    .anchor, "the snippets of one feedback can be placed in \(next.count) ways",
                    remedy: "send one snippet at a time, or name the text that each replaces (\"replace\")")
            }
            plans = next
        }
        let files = Set(plans.flatMap { $0.edits.map(\.path) })
        guard files.count <= options.policy.maximumFiles else {
            throw Failure(
                .refused, "the patches touch \(files.count) files; \(options.policy.maximumFiles) are allowed",
                remedy: "send smaller patches")
        }
        return plans
    }

    /// Each is built and tested.
    private static let mostWays = 6

    private func extended(
        _ plan: RepairPlan, by patch: Feedback.Patch, of feedback: Feedback, services: [Service], at revision: Revision
    ) async throws(Failure) -> [RepairPlan] {
        let set = try PatchReader.read(
            Array(patch.text.utf8), format: patch.format.flatMap { PatchFormat(rawValue: $0) },
            target: patch.target ?? feedback.target)
        let overlay = OverlayRepository(repository, plan.edits)
        let located = try await PatchPlan.make(
            set, target: patch.target ?? feedback.target, services: services, policy: options.policy, at: revision,
            in: overlay)
        var extended = plan
        extended.add(located, dialect: set.format.rawValue)
        return [extended]
    }
}
