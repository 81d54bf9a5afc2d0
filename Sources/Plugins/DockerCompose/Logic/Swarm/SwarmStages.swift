package import PluginKit

/// The stages of a stack that a Swarm runs, beside those of Compose. Test is Compose's: end-to-end tests run on the manager's
/// own engine, in a project of their own.
package enum SwarmStages {
    /// Whether a stage has to do with a Swarm: what is running decides where it is looked at, the options where it goes.
    package static func areMeant(for stage: PluginStage, _ work: StackWork<some StackHost>) -> Bool {
        let isChosen: Bool =
            switch work.options.engine {
            case .swarm: true
            case .automatic: work.call.checkpoint?.family == .swarm
            default: false
            }
        switch stage {
        case .test: return false
        case .rollback: return work.call.checkpoint.map { $0.family == .swarm } ?? isChosen
        case .health, .restart:
            return work.store.live.map { $0.kind == .swarm } ?? isChosen
        default: return isChosen
        }
    }

    package static func run(_ stage: PluginStage, _ work: StackWork<some StackHost>) throws -> StageResult {
        switch stage {
        case .build: try SwarmBuildStage(work).run()
        case .deploy: try SwarmDeployStage(work).run()
        case .restart: try SwarmRestartStage(work).run()
        case .health: try SwarmHealthStage(work).run()
        case .rollback: try SwarmRollbackStage(work).run()
        case .plan: try SwarmPlanStage(work).run()
        default: .unsupported("the kind 'compose' has no stage '\(stage)' on a Swarm")
        }
    }
}
