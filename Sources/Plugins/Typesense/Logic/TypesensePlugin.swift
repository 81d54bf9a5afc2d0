package import Model
public import PluginKit
import PluginSupport

/// The service kind `typesense`: collections, and what belongs to them, kept as files and brought to a Typesense server.
public struct TypesensePlugin: DeployerPlugin {
    private let options: Options

    public static let manifest = PluginManifest(
        id: "typesense", version: "1.0.0", kinds: [kind],
        stages: [
            .init(.build, repeatable: true),
            .init(.deploy, repeatable: true),
            .init(.health, repeatable: true),
            .init(.rollback, repeatable: true),
            .init(.plan, repeatable: true),
        ],
        // process/1 only for reading the daemon's TYPESENSE_URL where nothing nearer names the server.
        services: [.http, .httpStream, .secret, .process, .cancel], order: 40, configuration: Options.schema)

    static let kind = "typesense"

    public static func detect(_ context: DetectContext) throws -> [KindEvidence] {
        Detection.evidence(in: context.sourceDirectory).map { [$0] } ?? []
    }

    public init(_ context: OpenContext) throws { options = try Options(reading: context.options) }

    public func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult {
        if context.isVerification, stage != .build { return .unsupported("a verification builds only") }
        do {
            switch stage {
            case .build: return try BuildStage(context).run()
            case .plan: return try PlanStage(try Work(context, options)).run()
            case .deploy: return try DeployStage(try Work(context, options)).run()
            case .health: return try HealthStage(try Work(context, options)).run()
            case .rollback: return try RollbackStage(try Work(context, options, needsRecord: true)).run()
            default: return .unsupported("Typesense has no stage '\(stage)'")
            }
        } catch let failure as Failure {
            return Self.result(of: failure, context)
        } catch let failure as HostCallFailure where failure.reason == .cancelled {
            return .cancelled("\(failure)")
        }
    }

    private static func result(of failure: Failure, _ context: StageContext) -> StageResult {
        if failure.code == .cancelled { return .cancelled(failure.message) }
        var diagnostic = PluginDiagnostic(.error, code: failure.code.rawValue, summary: failure.message)
        diagnostic.detail = failure.detail
        context.diagnostic(diagnostic)
        return failure.result
    }
}

extension Failure.Code {
    package static let cancelled = Failure.Code("typesense.cancelled")
    /// No node answers, or none that may.
    package static let unreachable = Failure.Code("typesense.unreachable")
    package static let key = Failure.Code("typesense.key")
    /// The server refused a request.
    package static let refused = Failure.Code("typesense.refused")
    /// Something that this version of the server does not have.
    package static let version = Failure.Code("typesense.version")
    package static let copy = Failure.Code("typesense.copy")
    package static let documents = Failure.Code("typesense.documents")
    package static let state = Failure.Code("typesense.state")
    package static let stateVersion = Failure.Code("typesense.state-version")
    /// The server takes no more: its disk or its memory is full.
    package static let resources = Failure.Code("typesense.resources")
}
