import Model
import Testing

@testable import Pipeline

@Suite struct ServiceMachineTests {
    private func outcome(_ stage: Stage, _ status: StageStatus) -> StageOutcome {
        StageOutcome(stage: stage, status: status, summary: "\(stage) \(status.rawValue)")
    }

    /// Feeds one status per stage and returns the stages that ran and how it ended.
    private func walk(_ statuses: [StageStatus]) -> (ran: [Stage], end: ServiceResult.Outcome?) {
        var machine = ServiceMachine(service: service("a"))
        var action = machine.start()
        var ran: [Stage] = []
        var rest = statuses[...]
        while case .run(let stage) = action {
            ran.append(stage)
            action = machine.stageEnded(outcome(stage, rest.popFirst() ?? .ok))
        }
        if case .finish(let end) = action { return (ran, end) }
        return (ran, nil)
    }

    static let all: [Stage] = [.build, .test, .deploy, .restart, .health]

    @Test(
        arguments: [
            ([], all, ServiceResult.Outcome.deployed),
            ([.ok, .unsupported, .noChange, .unsupported, .ok], all, .deployed),
            ([.unsupported, .unsupported, .unsupported, .unsupported, .unsupported], all, .failed),
            ([.failed], [.build], .failed),
            ([.ok, .failed], [.build, .test], .failed),
            ([.ok, .timedOut], [.build, .test], .failed),
            ([.ok, .ok, .unavailable], [.build, .test, .deploy], .failed),
            ([.ok, .ok, .retryable], [.build, .test, .deploy], .failed),
            ([.ok, .ok, .failed], [.build, .test, .deploy, .rollback], .rolledBack),
            ([.ok, .ok, .ok, .failed], [.build, .test, .deploy, .restart, .rollback], .rolledBack),
            ([.ok, .ok, .ok, .ok, .failed], all + [.rollback], .rolledBack),
            ([.ok, .ok, .ok, .ok, .timedOut, .failed], all + [.rollback], .failed),
        ] as [([StageStatus], [Stage], ServiceResult.Outcome)])
    func theStagesThatRunAndTheEnd(statuses: [StageStatus], ran: [Stage], end: ServiceResult.Outcome) {
        let result = walk(statuses)
        #expect(result.ran == ran)
        #expect(result.end == end)
    }

    /// A checkpoint is the mark of a deployment that had begun, whatever kept it from its end.
    @Test(arguments: [StageStatus.unavailable, .retryable])
    func aDeployThatWasBrokenOffIsUndoneOnceItHasHandedOverACheckpoint(_ status: StageStatus) {
        var machine = ServiceMachine(service: service("a", stages: [.deploy]))
        _ = machine.start()
        var broken = outcome(.deploy, status)
        broken.checkpoint = [1]
        #expect(machine.stageEnded(broken) == .run(.rollback))
        #expect(machine.stageEnded(outcome(.rollback, .unavailable)) == .finish(.failed))
        #expect(machine.mayBeLive)
    }

    @Test func aServiceNoneOfWhoseStagesIsSupportedSaysSo() {
        var machine = ServiceMachine(service: service("a", stages: [.build]))
        _ = machine.start()
        #expect(machine.stageEnded(outcome(.build, .unsupported)) == .finish(.failed))
        #expect(machine.decisive?.status == .failed && machine.mayBeLive == false)
        #expect(machine.decisive?.diagnostics.first?.message.contains("supports none of its stages (build)") == true)
    }

    @Test func aNewerRevisionEndsABuildButNeverADeploy() {
        var building = ServiceMachine(service: service("a"))
        _ = building.start()
        #expect(building.supersede() == .cancel)
        #expect(building.stageEnded(outcome(.build, .cancelled)) == .finish(.superseded))

        var deploying = ServiceMachine(service: service("a", stages: [.deploy, .health]))
        _ = deploying.start()
        #expect(deploying.supersede() == .none)
        #expect(deploying.stageEnded(outcome(.deploy, .ok)) == .run(.health))
        #expect(deploying.stageEnded(outcome(.health, .ok)) == .finish(.deployed))

        var waiting = ServiceMachine(service: service("a"))
        #expect(waiting.supersede() == .finish(.superseded))
        #expect(waiting.start() == .none)
    }

    @Test func aBuildThatFinishedAnywayDoesNotGoOnToDeployASupersededRevision() {
        var machine = ServiceMachine(service: service("a", stages: [.build, .deploy]))
        _ = machine.start()
        _ = machine.supersede()
        #expect(machine.stageEnded(outcome(.build, .ok)) == .finish(.superseded))
    }

    @Test func aRollbackThatFailsLeavesItOpenWhatRuns() {
        // A plugin that knows no rollback has not rolled back.
        let cases: [(StageStatus, Bool)] = [
            (.ok, false), (.noChange, false), (.failed, true), (.cancelled, true), (.unsupported, true),
        ]
        for (status, isOpen) in cases {
            var machine = ServiceMachine(service: service("a", stages: [.deploy]))
            _ = machine.start()
            _ = machine.stageEnded(outcome(.deploy, .failed))
            #expect(!machine.mayBeLive)
            #expect(machine.stageEnded(outcome(.rollback, status)) == .finish(isOpen ? .failed : .rolledBack))
            #expect(machine.mayBeLive == isOpen)
        }
    }

    @Test func theCheckpointIsTheNewestAndIsDroppedByARollback() {
        var machine = ServiceMachine(service: service("a", stages: [.deploy, .health]))
        _ = machine.start()
        var deployed = outcome(.deploy, .ok)
        deployed.checkpoint = [1, 2]
        _ = machine.stageEnded(deployed)
        #expect(machine.checkpoint == [1, 2])
        _ = machine.stageEnded(outcome(.health, .failed))
        _ = machine.stageEnded(outcome(.rollback, .ok))
        #expect(machine.checkpoint == nil)
        #expect(machine.decisive?.stage == .health)

        var again = ServiceMachine(service: service("a", stages: [.deploy, .health]))
        _ = again.start()
        _ = again.stageEnded(deployed)
        _ = again.stageEnded(outcome(.health, .failed))
        var undone = outcome(.rollback, .ok)
        undone.checkpoint = [9]
        _ = again.stageEnded(undone)
        #expect(again.checkpoint == [9])
    }
}
