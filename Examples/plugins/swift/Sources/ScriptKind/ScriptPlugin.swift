public import PluginKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The kind `script`: every stage is a script of the service's own, `stages/build`, `stages/deploy` and so on.
public struct ScriptPlugin: DeployerPlugin {
    public static let manifest = PluginManifest(
        id: "script", version: "1.0.0", kinds: ["script"],
        stages: [
            .init(.build, repeatable: true), .init(.test, repeatable: true), .init(.deploy, repeatable: false),
            .init(.restart, repeatable: true),
        ],
        services: [.process, .cancel],
        configuration: [
            "type": "object", "additionalProperties": false,
            "properties": [
                "shell": [
                    "type": "string", "minLength": 1, "description": "what runs the scripts", "default": "/bin/sh",
                ]
            ],
        ])

    private let shell: String

    public static func detect(_ context: DetectContext) -> [KindEvidence] {
        guard access("\(context.sourceDirectory)/stages/build", R_OK) == 0 else { return [] }
        return [KindEvidence(kind: "script", confidence: 60, evidence: "stages/build found")]
    }

    public init(_ context: OpenContext) throws {
        shell = context.options["shell"]?.string ?? "/bin/sh"
        guard shell.hasPrefix("/") else { throw InvalidOptions([.init("/shell", "must be an absolute path")]) }
    }

    public func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult {
        let script = "\(context.sourceDirectory)/stages/\(stage)"
        guard access(script, R_OK) == 0 else { return .unsupported("there is no stages/\(stage)") }
        context.progress(nil, "running stages/\(stage)")
        var command = ProcessCommand([shell, script])
        command.environment = context.environment
        command.environment["REVISION"] = context.revision
        command.environment["RELEASES"] = context.releaseDirectory
        let end = try context.process.run(command)
        switch end.outcome {
        case .exited(0): return .ok("stages/\(stage) is done")
        case .exited(let code): throw PluginFailure("script.exit", "stages/\(stage) ended with \(code)")
        case .cancelled: return .cancelled()
        case .timedOut: return .timedOut("stages/\(stage) took too long")
        case .signalled, .notStarted: throw PluginFailure("script.start", end.message)
        }
    }
}
