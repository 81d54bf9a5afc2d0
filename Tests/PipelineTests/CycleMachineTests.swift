import Model
import TestSupport
import Testing

@testable import Pipeline

@Suite struct CycleMachineTests {
    /// Random graphs, random outcomes, random interleavings and supersessions: the rules hold in all of them.
    @Test(arguments: 0..<300)
    func rulesHoldInRandomCycles(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let count = Int.random(in: 1...8, using: &random)
        let services = (0..<count).map { index -> Service in
            let dependencies = (0..<index).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
            return service("s\(index)", dependsOn: dependencies.map { "s\($0)" })
        }
        let limit = Int.random(in: 1...3, using: &random)
        var machine = CycleMachine(services: services, limit: limit)
        var running: [ServiceName: Stage] = [:]
        var ended: [ServiceName: ServiceResult.Outcome] = [:]
        var deploying: Set<ServiceName> = []
        var cycleEnd: CycleRecord.Outcome?
        var steps = 0
        var queue: [CycleMachine.Event] = [.start]
        while cycleEnd == nil, steps < 1000 {
            steps += 1
            if queue.isEmpty {
                if Int.random(in: 0..<30, using: &random) == 0 {
                    queue.append(.superseded)
                } else if let name = running.keys.sorted().randomElement(using: &random), let stage = running[name] {
                    let choices: [StageStatus] = [.ok, .ok, .ok, .failed, .noChange, .unavailable, .timedOut]
                    let status = choices.randomElement(using: &random)
                    running[name] = nil
                    queue.append(.stageEnded(name, StageOutcome(stage: stage, status: status ?? .ok, summary: "")))
                }
            }
            guard !queue.isEmpty else { continue }
            for action in machine.handle(queue.removeFirst()) {
                switch action {
                case .begin(let name):
                    let dependencies = services.first { $0.name == name }?.dependsOn ?? []
                    #expect(dependencies.allSatisfy { ended[$0] == .deployed }, "\(name) began before its dependencies")
                case .run(let name, let stage):
                    #expect(running[name] == nil && ended[name] == nil)
                    if stage == .deploy { deploying.insert(name) }
                    running[name] = stage
                    #expect(running.count <= limit)
                case .cancel(let name):
                    #expect(!deploying.contains(name), "a deploy was broken off")
                case .end(let name, let outcome):
                    #expect(ended[name] == nil, "\(name) ended twice")
                    ended[name] = outcome
                case .release, .recall, .endTogether:
                    Issue.record("there is no group")
                case .endCycle(let outcome):
                    cycleEnd = outcome
                }
            }
        }
        #expect(cycleEnd != nil, "the cycle never ended")
        #expect(ended.count == count && running.isEmpty)
        if cycleEnd == .succeeded { #expect(ended.values.allSatisfy { $0 == .deployed }) }
        if ended.values.contains(.failed) { #expect(cycleEnd == .failed) }
    }

    @Test func anEmptyCycleEndsAtOnce() {
        var machine = CycleMachine(services: [], limit: 2)
        #expect(machine.handle(.start) == [.endCycle(.succeeded)])
    }

    @Test func oneFailureLeavesTheOthersAlone() {
        var machine = CycleMachine(
            services: [service("a", stages: [.build]), service("b", stages: [.build]), service("c", dependsOn: ["a"])],
            limit: 4)
        #expect(
            machine.handle(.start) == [
                .begin(name("a")), .run(name("a"), .build), .begin(name("b")), .run(name("b"), .build),
            ])
        #expect(
            machine.handle(.stageEnded(name("a"), StageOutcome(stage: .build, status: .failed, summary: "")))
                == [.end(name("a"), .failed), .end(name("c"), .skipped)])
        #expect(
            machine.handle(.stageEnded(name("b"), StageOutcome(stage: .build, status: .ok, summary: "")))
                == [.end(name("b"), .deployed), .endCycle(.failed)])
    }
}
