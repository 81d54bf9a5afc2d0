public import PluginKit

/// The service kind `kong`: the declarative configuration of a gateway without a database.
public struct KongPlugin: DeployerPlugin {
    private let options: Options

    public static let manifest = PluginManifest(
        id: kind, version: "1.0.0", kinds: [kind],
        stages: [
            .init(.build, repeatable: true),
            .init(.deploy, repeatable: true),
            .init(.restart, repeatable: true),
            .init(.health, repeatable: true),
            .init(.rollback, repeatable: true),
            .init(.plan, repeatable: true),
        ],
        services: [.process, .http, .secret, .cancel], order: 80, configuration: Options.schema)

    static let kind = "kong"

    public static func detect(_ context: DetectContext) throws -> [KindEvidence] {
        try Detection.evidence(in: context.sourceDirectory).map { [$0] } ?? []
    }

    public init(_ context: OpenContext) throws { options = try Options(reading: context.options) }

    public func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult {
        StageRun.run(stage, StageCall(context), options, PluginKongHost(context))
    }
}
