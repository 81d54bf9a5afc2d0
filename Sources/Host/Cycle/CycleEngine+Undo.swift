import History
import Model
import Pipeline

extension CycleEngine {
    /// Rolls back what is live of groups whose cycle was cut off, and ends that cycle. Then the services run what the history
    /// says, and whatever is due is planned as always.
    func undo(_ cycle: UnfinishedCycle, _ groups: [UnfinishedGroup]) async throws(Failure) {
        let log = try await parts.narrator.beginCycle(limit: parts.options.logFileBytes)
        do throws(Failure) {
            let reports = try await undoInLog(cycle, groups)
            await parts.narrator.endCycle()
            _ = try? await waits.wait(atMostAfterEnd: .seconds(5)) { [publisher = parts.publisher] () throws(Failure) in
                await publisher.publish(cycle: cycle.id, log: log, reports: reports, revision: cycle.revision)
            }
        } catch {
            parts.narrator.say(LogLine("the rollback is broken off: \(error.message)", level: .error))
            await parts.narrator.endCycle()
            throw error
        }
    }

    /// - Returns: the reports of members that had failed.
    private func undoInLog(_ cycle: UnfinishedCycle, _ groups: [UnfinishedGroup]) async throws(Failure)
        -> [String: [UInt8]]
    {
        let narrator = parts.narrator
        let plan = Plan(revision: cycle.revision, items: groups.flatMap(\.members).map(\.item))
        let states = try await parts.history.states()
        do throws(Failure) {
            try await parts.folders.checkOut(plan, deployed: [])
        } catch {
            // A rollback needs the old release, and hardly ever the sources of the new one.
            narrator.say(LogLine("the sources of \(cycle.revision.short) are not at hand: \(error)", level: .warning))
        }
        let driver = CycleDriver(
            cycle: cycle.id, undoing: groups, states: states, limit: parts.options.parallel, runner: parts.executor,
            preparer: parts.folders, recorder: parts.history, report: { narrator.tell($0) })
        self.driver = driver
        defer { self.driver = nil }
        _ = try await driver.run()
        try await parts.history.markInterrupted(cycle, at: .now)
        guard let record = try await parts.history.cycle(cycle.id) else { return [:] }
        let names = Set(plan.items.map(\.service.name))
        return await parts.reports.make(
            record.services.filter { names.contains($0.service) }, cycle: cycle.id, plan: plan, states: states)
    }
}
