package import Model

/// What all patches of a feedback come to together, located on one revision.
package struct RepairPlan: Hashable, Sendable {
    /// Those that the files belong to, in the order of the patches.
    package var services: [Service] = []
    package var edits: [FileEdit] = []
    package var placements: [Verdict.Placement] = []
    package var dialects: [String] = []
    /// The repository already reads as the patches want it.
    package var isAlreadyApplied = true
    /// The finding that a snippet is to clear, by its fingerprint.
    package var aim: String?

    mutating func add(_ plan: PatchPlan, dialect: String) {
        for service in plan.services where !services.contains(where: { $0.name == service.name }) {
            services.append(service)
        }
        for edit in plan.edits {
            edits.removeAll { $0.path == edit.path }
            edits.append(edit)
        }
        placements += plan.placements
        if !dialects.contains(dialect) { dialects.append(dialect) }
        isAlreadyApplied = isAlreadyApplied && plan.isAlreadyApplied
    }
}
