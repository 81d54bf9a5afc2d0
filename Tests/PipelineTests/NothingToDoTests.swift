import Model
import Testing

@testable import Pipeline

/// A file that holds nothing but comments: each stage finds nothing to do, and one warns.
@Suite struct NothingToDoTests {
    @Test func aDeploymentWithNothingToDoAndAWarningIsASuccess() {
        let one = service("gw/kong")
        var machine = CycleMachine(services: [one], limit: 1)
        var actions = machine.handle(.start)
        for stage in Stage.standard {
            #expect(actions.last == .run(one.name, stage))
            var outcome = StageOutcome(stage: stage, status: .noChange, summary: "nothing to do")
            if stage == .build {
                outcome.diagnostics = [
                    Diagnostic(.warning, code: "kong.empty", message: "'kong.yaml' holds nothing but comments")
                ]
            }
            actions = machine.handle(.stageEnded(one.name, outcome))
        }
        #expect(actions == [.end(one.name, .deployed), .endCycle(.succeeded)])
    }
}
