import Model

/// What is asked for without a patch. It concerns what runs: neither a git host that is away nor a patch that is tried keeps it
/// back.
extension RepairEngine {
    func carryOut(
        _ action: Feedback.Action, _ feedback: Feedback, _ origin: FeedbackOrigin, _ place: RepairQueue.Place
    ) async throws(Failure) -> Verdict {
        if origin == .commit, !options.committedActions.contains(action) {
            throw Failure(
                .refused, "a commit may not ask for '\(action.rawValue)'",
                remedy: "put the file into the machine's own feedback/, or allow it with DISPATCHER_COMMITTED_ACTIONS")
        }
        let service = try await serviceToActUpon(feedback.target, place)
        // In the order of the wishes, whatever services they are for: each writes down no more than a line.
        _ = try await queue.enter(place, claims: ["actions"])
        var verdict = Verdict(feedback: feedback.id, decision: .accepted, reason: "")
        verdict.service = service.name
        verdict.reason =
            feedback.isDryRun
            ? "'\(action.rawValue)' of '\(service.name)' would be accepted"
            : try await actions.take(action, of: service, feedback: feedback.id)
        return verdict
    }

    /// The service as the followed commit has it; one that this does not know may be a newer commit's.
    private func serviceToActUpon(_ target: String?, _ place: RepairQueue.Place) async throws(Failure) -> Service {
        var services: [Service] = []
        var doubt = ""
        if let followed = try await repository.followed() {
            services = try await verifier.services(at: followed)
            if let service = try PatchTarget.namedService(target, services) { return service }
        }
        // A git host may be silent for long: nobody behind waits for it.
        await queue.stepAside(place)
        do throws(Failure) {
            services = try await verifier.services(at: try await repository.tip())
            if let service = try PatchTarget.namedService(target, services) { return service }
        } catch {
            guard !services.isEmpty, !error.isRejection, !Task.isCancelled else { throw error }
            doubt = " here (a newer commit may know it, but \(error.message))"
        }
        throw Failure(
            .target, "the target '\(target ?? "")' is no service\(doubt)",
            remedy: "name one of \(services.map { "'\($0.name)'" }.joined(separator: ", "))")
    }
}
