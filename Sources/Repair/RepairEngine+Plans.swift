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

    /// The same, and of a patch that was applied before, that.
    func located(
        _ feedback: Feedback, _ progress: RepairProgress, services: [Service], tip: Revision
    ) async throws(Failure) -> [RepairPlan] {
        if let landed = try await landed(feedback, progress, services: services, tip: tip) { return [landed] }
        do throws(Failure) {
            return try await plans(of: feedback, services: services, at: tip)
        } catch {
            guard error.isRejection,
                let standing = try await standing(feedback, progress, services: services, tip: tip)
            else { throw error }
            return [standing]
        }
    }

    /// Each is built and tested.
    private static let mostWays = 6

    private func extended(
        _ plan: RepairPlan, by patch: Feedback.Patch, of feedback: Feedback, services: [Service], at revision: Revision
    ) async throws(Failure) -> [RepairPlan] {
        let bytes = Array(patch.text.utf8)
        let target = patch.target ?? feedback.target
        let overlay = OverlayRepository(repository, plan.edits)
        let named = patch.format.flatMap { PatchFormat(rawValue: $0) }
        let format = named ?? PatchReader.format(of: bytes) ?? .snippet
        // These dialects name no file: the target is it.
        let file = try await file(target, isAll: [.file, .snippet].contains(format), services, revision, in: overlay)
        // A whole file that is not there yet.
        var new: String?
        if file == nil, format == .file, let target { new = try PatchTarget.newFile(target, services) }
        let set = try PatchReader.read(bytes, format: named, target: file ?? new ?? target)
        if let snippet = set.files.first, snippet.kind == .snippet {
            let desk = SnippetDesk(verifier: verifier, policy: options.policy, repository: overlay)
            return try await desk.plans(
                snippet, anchor: patch.anchor, file: file, services: services, at: revision
            ).map { placed in
                var extended = plan
                extended.add(placed.plan, dialect: set.format.rawValue)
                extended.aim = placed.aim ?? plan.aim
                return extended
            }
        }
        guard patch.anchor == nil else {
            throw Failure(
                .patch, "an anchor says where a snippet belongs, and this is \(set.format.spoken)",
                remedy: "leave \"line\", \"replace\" and \"diagnosticId\" out, or send the new lines alone")
        }
        var base = feedback.base
        if let named = base, try await !repository.contains(named, in: revision) { base = nil }
        let located = try await PatchPlan.make(
            set, target: target, file: file, services: services, policy: options.policy, at: revision, base: base,
            in: overlay)
        var extended = plan
        extended.add(located, dialect: set.format.rawValue)
        return [extended]
    }

    /// The file that a target means.
    ///
    /// - Parameter isAll: the patch has no other word on it, so a target that means several files is a mistake.
    private func file(
        _ target: String?, isAll: Bool, _ services: [Service], _ revision: Revision, in overlay: OverlayRepository
    ) async throws(Failure) -> String? {
        guard let target, !target.isEmpty else { return nil }
        // A service is meant, whatever file ends so.
        if !isAll, services.contains(where: { $0.name.text == target || $0.path == target }) { return nil }
        do throws(Failure) {
            return try await TargetFile.path(target, services: services, at: revision, in: overlay)
        } catch {
            guard error.isRejection, !isAll else { throw error }
            return nil
        }
    }
}

extension PatchFormat {
    /// For messages.
    var spoken: String {
        switch self {
        case .unified: "a unified diff"
        case .envelope: "a patch envelope"
        case .blocks: "a SEARCH/REPLACE block"
        case .file: "a whole file"
        case .snippet: "a snippet"
        }
    }
}
