package import Model
package import PluginKit
import PluginSupport

/// The way from a stage's name to its code, and from its errors to a result.
package enum StageRun {
    /// Never throws: what a stage throws is reported and becomes the result.
    package static func run(
        _ stage: PluginStage, _ call: StageCall, _ options: Options, _ host: some KongHost
    ) -> StageResult {
        if call.isVerification, stage != .build { return .unsupported("a verification builds only") }
        do {
            switch stage {
            case .build: return try BuildStage(call, options, host).run()
            case .plan: return try PlanStage(call, options, host).run()
            case .deploy: return try DeployStage(call, options, host).run()
            case .rollback: return try RollbackStage(call, options, host).run()
            case .restart: return try RestartStage(call, options, host).run()
            case .health: return try HealthStage(call, options, host).run()
            default: return .unsupported("Kong has no stage '\(stage)'")
            }
        } catch let failure as PluginFailure {
            for diagnostic in failure.diagnostics { host.report(diagnostic) }
            return failure.result
        } catch let failure as Failure {
            return result(of: failure, host)
        } catch let failure as NoAnswer {
            return result(of: failure, host)
        } catch {
            host.report(PluginDiagnostic(.error, code: "kong.unexpected", summary: "\(error)"))
            return .failed("\(error)")
        }
    }

    package static func result(of failure: Failure, _ host: some KongHost) -> StageResult {
        host.report(failure.diagnostic)
        return failure.result
    }

    /// A gateway that is away will be back; one that answers nonsense has to be looked at.
    package static func result(of failure: NoAnswer, _ host: some KongHost) -> StageResult {
        switch failure.kind {
        case .unreachable: return .unavailable(failure.description)
        case .secret: return .unavailable(failure.description + "; set it for the daemon, or name another")
        case .cancelled: return .cancelled(failure.description)
        case .refused:
            host.report(PluginDiagnostic(.error, code: "kong.request", summary: failure.description))
            return .failed(failure.description)
        }
    }

    /// An outcome of the loader that is no success, as a result.
    package static func result(
        of outcome: LoadOutcome, _ file: DeclarativeFile?, _ host: some KongHost
    ) -> StageResult {
        switch outcome {
        case .loaded, .unchanged: return .ok()
        case .refused(let answer):
            if let file {
                host.report(Refusal(file).findings(answer), in: file.name)
            } else {
                host.report(PluginDiagnostic(.error, code: "kong.refused", summary: LoadOutcome.words(answer)))
            }
            return .failed("the gateway refuses the configuration")
        case .ended(let result, let code):
            if result.status == .failed {
                host.report(PluginDiagnostic(.error, code: code, summary: result.summary))
            }
            return result
        }
    }
}
