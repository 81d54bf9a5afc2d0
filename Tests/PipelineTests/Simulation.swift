import Model

@testable import Pipeline

/// Walks a cycle through its machine, stage by stage, and keeps what it did as lines.
struct Simulation {
    var machine: CycleMachine
    /// What the machine asked for, in order.
    private(set) var lines: [String] = []
    private(set) var running: [ServiceName: Stage] = [:]
    private(set) var ended: [ServiceName: ServiceResult.Outcome] = [:]
    private(set) var cycle: CycleRecord.Outcome?
    private(set) var mostRunning = 0

    init(_ machine: CycleMachine) { self.machine = machine }

    init(_ services: [Service], limit: Int = 4) { machine = CycleMachine(services: services, limit: limit) }

    /// - Returns: what was asked for in answer.
    @discardableResult
    mutating func send(_ event: CycleMachine.Event) -> [String] {
        let before = lines.count
        for action in machine.handle(event) { note(action) }
        mostRunning = max(mostRunning, running.count)
        return Array(lines[before...])
    }

    private mutating func note(_ action: CycleMachine.Action) {
        switch action {
        case .begin(let name): lines.append("begin \(name)")
        case .run(let name, let stage):
            lines.append("\(name) \(stage)")
            running[name] = stage
        case .cancel(let name): lines.append("cancel \(name)")
        case .end(let name, let outcome):
            lines.append("\(name): \(outcome.rawValue)")
            ended[name] = outcome
        case .release(let group, let names):
            lines.append("release \(group): \(names.map(\.text).joined(separator: " "))")
        case .recall(let group, let culprit, let names):
            lines.append(
                "recall \(group) for \(culprit?.text ?? "nobody"): \(names.map(\.text).joined(separator: " "))")
        case .endTogether(_, let endings):
            lines.append("together " + endings.map { "\($0.service): \($0.outcome.rawValue)" }.joined(separator: ", "))
            for ending in endings { ended[ending.service] = ending.outcome }
        case .endCycle(let outcome): cycle = outcome
        }
    }

    @discardableResult
    mutating func finish(_ text: String, _ status: StageStatus = .ok, checkpoint: [UInt8]? = nil) -> [String] {
        guard let stage = running.removeValue(forKey: name(text)) else { return ["'\(text)' runs nothing"] }
        var outcome = StageOutcome(stage: stage, status: status, summary: "\(stage) \(status.rawValue)")
        outcome.checkpoint = checkpoint
        return send(.stageEnded(name(text), outcome))
    }

    /// Runs to the end, the first running service first.
    /// - Parameter statuses: of stages that do not end with OK, by `service stage`.
    mutating func run(_ statuses: [String: StageStatus] = [:]) {
        if lines.isEmpty { send(.start) }
        while cycle == nil, let next = running.keys.sorted().first, let stage = running[next] {
            finish(next.text, statuses["\(next) \(stage)"] ?? .ok)
        }
    }
}
