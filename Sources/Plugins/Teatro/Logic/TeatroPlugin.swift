package import Model
public import PluginKit
package import SwiftBuildLogic

/// The service kind `teatro`: a Swift package with the product `RenderCLI`, whose views are rendered and published.
public struct TeatroPlugin: DeployerPlugin {
    private let options: TeatroOptions

    public static let manifest = PluginManifest(
        id: "teatro", version: "1.0.0", kinds: [kind], stages: SwiftBuildPlugin.manifest.stages,
        services: SwiftBuildPlugin.manifest.services, refines: [SwiftBuildPlugin.kind],
        configuration: TeatroOptions.schema)

    static let kind = "teatro"

    public static func detect(_ context: DetectContext) throws -> [KindEvidence] {
        TeatroDetection.evidence(in: context.sourceDirectory).map { [$0] } ?? []
    }

    public init(_ context: OpenContext) throws { options = try TeatroOptions(reading: context.options) }

    public func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult {
        TeatroStages.run(
            Stage(rawValue: stage.rawValue), try StageCall(context), options, PluginStageHost(context))
    }
}

/// The stages of the kind: those of a Swift package, and what rendering adds to four of them.
package enum TeatroStages {
    /// Never throws: what a stage throws is reported and becomes the result.
    package static func run(
        _ stage: Stage, _ call: StageCall, _ options: TeatroOptions, _ host: some StageHost
    ) -> StageResult {
        switch stage {
        case .build, .deploy, .health, .plan:
            StageRun.guarded(stage, call, host) {
                switch stage {
                case .build:
                    try StageRun.resolving(call) { try RenderingBuild(call: $0, options: options, host: host).run() }
                case .deploy:
                    try StageRun.resolving(call) { try SiteDeployment(call: $0, options: options, host: host).run() }
                case .health: try SiteHealth(call: call, options: options, host: host).run()
                default: try SitePlan(call: call, options: options, host: host).run()
                }
            }
        default: StageRun.run(stage, call, options.swift, host)
        }
    }
}
