package import Model
public import PluginKit
import PluginSupport

/// The service kind `swift`: a package that `swift build` builds and that is run from a release folder.
public struct SwiftBuildPlugin: DeployerPlugin {
    private let options: Options

    public static let manifest = PluginManifest(
        id: "swift-build", version: "1.0.0", kinds: [kind],
        stages: [
            .init(.build, repeatable: true),
            .init(.test, repeatable: true),
            .init(.deploy, repeatable: true),
            .init(.restart, repeatable: true),
            .init(.health, repeatable: true),
            .init(.rollback, repeatable: true),
            .init(.plan, repeatable: true),
        ],
        services: [.process, .supervise, .cancel], configuration: Options.schema)

    package static let kind = "swift"

    public static func detect(_ context: DetectContext) throws -> [KindEvidence] {
        Detection.evidence(in: context.sourceDirectory).map { [$0] } ?? []
    }

    public init(_ context: OpenContext) throws { options = try Options(reading: context.options) }

    public func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult {
        let host = PluginStageHost(context)
        return StageRun.run(Stage(rawValue: stage.rawValue), try StageCall(context), options, host)
    }
}

extension StageCall {
    /// - Throws: `PluginFailure` when the host names a revision that is none.
    package init(_ context: StageContext) throws {
        guard let revision = Revision(context.revision) else {
            throw PluginFailure("swift-build.revision", "'\(context.revision)' is not a revision")
        }
        self.init(
            operation: context.operation, service: context.service, sourceDirectory: context.sourceDirectory,
            scratchDirectory: context.scratchDirectory, releaseDirectory: context.releaseDirectory, revision: revision)
        previousRevision = context.previousRevision.flatMap { Revision($0) }
        environment = context.environment
        state = context.state
        isVerification = context.isVerification
        isRestartedElsewhere = context.isRestartedElsewhere
    }
}

/// The way from a stage's name to its code, and from its errors to a result. `guarded` and `resolving` are for kinds that are
/// Swift packages and more.
package enum StageRun {
    /// Never throws: what a stage throws is reported and becomes the result.
    package static func run(
        _ stage: Stage, _ call: StageCall, _ options: Options, _ host: some StageHost
    ) -> StageResult {
        guarded(stage, call, host) {
            switch stage {
            case .build: return try resolving(call) { try BuildStage($0, options, host).run() }
            case .test: return try resolving(call) { try TestStage($0, options, host).run() }
            case .deploy: return try resolving(call) { try DeployStage($0, options, host).run() }
            case .restart: return try RestartStage(call, options, host).run()
            case .health: return try HealthStage(call, options, host).run()
            case .rollback: return try RollbackStage(call, options, host).run()
            case .plan: return try PlanStage(call, options, host).run()
            default: return .unsupported("SwiftBuild has no stage '\(stage)'")
            }
        }
    }

    /// Runs a stage and turns what it throws into a result, reported. Refuses what a verification must not do.
    package static func guarded(
        _ stage: Stage, _ call: StageCall, _ host: some StageHost, _ body: () throws -> StageResult
    ) -> StageResult {
        if call.isVerification, stage != .build, stage != .test {
            return .unsupported("a verification builds and tests only")
        }
        do {
            return try body()
        } catch let failure as Failure {
            return result(of: failure, stage: stage, host: host)
        } catch let failure as HostCallFailure {
            if failure.reason == .cancelled { return .cancelled("\(failure)") }
            let error = Failure(Failure.Code("host.\(failure.reason)"), "\(stage): \(failure)")
            return result(of: error, stage: stage, host: host)
        } catch {
            return result(of: Failure(.unexpected, "\(error)"), stage: stage, host: host)
        }
    }

    /// Runs a stage that calls the package manager.
    package static func resolving(
        _ call: StageCall, _ body: (StageCall) throws -> StageResult
    ) throws -> StageResult {
        guard Files.isFolder(call.sourceDirectory) else { return try body(call) }
        let resolved = try ResolvedFile(call)
        var call = call
        call.isResolved = resolved.isCommitted
        let result = Result { try body(call) }
        try resolved.takeBack()
        return try result.get()
    }

    private static func result(of failure: Failure, stage: Stage, host: some StageHost) -> StageResult {
        var diagnostic = Diagnostic(.error, code: failure.code.rawValue, message: failure.message, stage: stage)
        diagnostic.detail = failure.detail
        host.report(diagnostic)
        return failure.result
    }
}
