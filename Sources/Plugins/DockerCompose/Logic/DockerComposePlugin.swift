import Model
public import PluginKit
import PluginSupport

/// The service kind `compose`: containers described by a Compose file, or by a Dockerfile alone.
public struct DockerComposePlugin: DeployerPlugin {
    private let options: Options

    public static let manifest = PluginManifest(
        id: "docker-compose", version: "1.0.0", kinds: [kind],
        stages: [
            .init(.build, repeatable: true),
            .init(.test, repeatable: true),
            .init(.deploy, repeatable: true),
            .init(.restart, repeatable: true),
            .init(.health, repeatable: true),
            .init(.rollback, repeatable: true),
            .init(.plan, repeatable: true),
        ],
        services: [.process, .cancel], order: 20, configuration: Options.schema)

    static let kind = "compose"

    public static func detect(_ context: DetectContext) throws -> [KindEvidence] {
        Detection.evidence(in: context.sourceDirectory).map { [$0] } ?? []
    }

    public init(_ context: OpenContext) throws { options = try Options(reading: context.options) }

    public func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult {
        StackStages.run(stage, StackCall(context), options, PluginStackHost(context))
    }
}

/// The way from a stage's name to its code, and from its errors to a result.
package enum StackStages {
    /// Never throws: what a stage throws is reported and becomes the result.
    package static func run(
        _ stage: PluginStage, _ call: StackCall, _ options: Options, _ host: some StackHost
    ) -> StageResult {
        if call.isVerification, stage != .build, stage != .test {
            return .unsupported("a verification builds and tests only")
        }
        let work = StackWork(call, options, host)
        do {
            if stage != .build, stage != .test { try call.checkState() }
            if SwarmStages.areMeant(for: stage, work) { return try SwarmStages.run(stage, work) }
            switch stage {
            case .build: return try BuildStage(work).run()
            case .test: return try test(work)
            case .deploy: return try DeployStage(work).run()
            case .restart: return try RestartStage(work).run()
            case .health: return try HealthStage(work).run()
            case .rollback: return try RollbackStage(work).run()
            case .plan: return try PlanStage(work).run()
            default: return .unsupported("the kind 'compose' has no stage '\(stage)'")
            }
        } catch let failure as PluginFailure {
            for diagnostic in failure.diagnostics { host.report(diagnostic) }
            return failure.result
        } catch let failure as Failure {
            return result(of: failure, host)
        } catch let failure as HostCallFailure {
            if failure.reason == .cancelled { return .cancelled("\(failure)") }
            return result(of: Failure(Failure.Code("host.\(failure.reason)"), "\(stage): \(failure)"), host)
        } catch {
            return result(of: Failure(.unexpected, "\(error)"), host)
        }
    }

    private static func test(_ work: StackWork<some StackHost>) throws -> StageResult {
        guard work.options.runE2E else { return .noChange("end-to-end tests are off: 'run_e2e' is not set") }
        if work.source == .dockerfile, work.options.testFiles == nil {
            return .noChange("a Dockerfile alone has no end-to-end tests; they need a Compose file")
        }
        return try EndToEnd(work, try work.engine()).run()
    }

    private static func result(of failure: Failure, _ host: some StackHost) -> StageResult {
        host.report(failure.diagnostic)
        return failure.result
    }
}
