public import PluginKit

/// Services of the kind `static-site`: a folder of files that a web server shows.
public struct SitePlugin: DeployerPlugin {
    public static let manifest = PluginManifest(
        id: "site-example", version: "1.0.0", kinds: ["static-site"],
        stages: [
            .init(.build, repeatable: true), .init(.deploy, repeatable: true), .init(.health, repeatable: true),
            .init(.rollback, repeatable: true), .init(.plan, repeatable: true),
        ],
        services: [.cancel],
        configuration: [
            "type": "object", "additionalProperties": false,
            "properties": [
                "folder": [
                    "type": "string", "minLength": 1, "maxLength": 1000, "default": ".",
                    "description": "The folder that is published, relative to the service's own.",
                ],
                "keep_releases": [
                    "type": "integer", "minimum": 1, "maximum": 100, "default": 5,
                    "description": "Releases kept for rollbacks.",
                ],
            ],
        ])

    private let folder: String
    private let keepReleases: Int

    public static func detect(_ context: DetectContext) -> [KindEvidence] {
        guard Tree.kind("\(context.sourceDirectory)/index.html") == .file else { return [] }
        return [KindEvidence(kind: "static-site", confidence: 60, evidence: "index.html found")]
    }

    /// The schema has been checked; what it cannot say is checked here.
    public init(_ context: OpenContext) throws {
        folder = context.options["folder"]?.string ?? "."
        keepReleases = context.options["keep_releases"]?.integer ?? 5
        let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
        if folder.hasPrefix("/") || parts.contains("..") || folder.utf8.contains(0) {
            throw InvalidOptions([.init("/folder", "must be a relative path inside the service's folder")])
        }
    }

    public func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult {
        if context.isCancelled { return interruption(of: context) }
        if context.isVerification, stage != .build { return .unsupported("a verification builds only") }
        do {
            let site = try Site(context, folder: folder, keepReleases: keepReleases)
            switch stage {
            case .build: return try site.build()
            case .deploy: return try site.deploy()
            case .health: return try site.health()
            case .rollback: return try site.rollback()
            case .plan: return try site.plan()
            default: return .unsupported("there is no stage '\(stage)' here")
            }
        } catch is Interrupted {
            return interruption(of: context)
        }
    }

    private func interruption(of context: StageContext) -> StageResult {
        context.timeLeft == .zero ? .timedOut("the time was up") : .cancelled("it was cancelled")
    }
}
