import Model
package import PluginKit
import PluginSupport

/// What every stage that talks to the server has at hand.
package struct Work {
    package let context: StageContext
    package let options: Options
    package let server: Server
    package let desk: CopyDesk
    package let ledger: Ledger
    /// What the checkpoint says; nil before the first deployment.
    package let record: DeploymentRecord?
    /// The file that the checkpoint names.
    let recordFile: String?

    /// - Parameter needsRecord: without what the checkpoint says there is nothing to do; else one that cannot be read is as none.
    /// - Throws: `typesense.unreachable` when nobody says where the server is, `typesense.state` for a checkpoint that is none.
    package init(_ context: StageContext, _ options: Options, needsRecord: Bool = false) throws {
        self.context = context
        self.options = options
        server = Server(context, options, nodes: try Self.nodes(context, options))
        desk = CopyDesk(scratch: context.scratchDirectory)
        ledger = Ledger(folder: context.releaseDirectory, state: context.state)
        recordFile = context.state.flatMap { RecordFile.name(in: $0) }
        var record: DeploymentRecord?
        do {
            record = try context.state.map { try DeploymentRecord(checkpoint: $0, folder: context.releaseDirectory) }
        } catch let failure as Failure where failure.code == .state && !needsRecord {
            context.diagnostic(
                PluginDiagnostic(.warning, code: failure.code.rawValue, summary: "\(failure.message); it is as none"))
        }
        self.record = record
    }

    package var collections: LiveCollections { LiveCollections(server: server) }

    package func report(
        _ severity: PluginDiagnostic.Severity, _ code: String, _ summary: String, _ detail: String?,
        at location: PluginDiagnostic.Location? = nil
    ) {
        var diagnostic = PluginDiagnostic(severity, code: code, summary: summary, at: location)
        diagnostic.detail = detail
        context.diagnostic(diagnostic)
    }

    /// The version that the nodes run.
    package func version() throws -> ServerVersion {
        let answer = try server.ask(Server.Request("GET", "debug"))
        return ServerVersion(answer["version"]?.string ?? "0")
    }

    /// From the nearest place that says it: options, the service's variables, the daemon's.
    private static func nodes(_ context: StageContext, _ options: Options) throws -> [String] {
        if !options.nodes.isEmpty { return options.nodes }
        var text = context.environment["TYPESENSE_URL"] ?? ""
        if text.isEmpty {
            // A plugin sees none of the daemon's variables; a command sees those that it names.
            var command = ProcessCommand(["printenv", "TYPESENSE_URL"], keepOutput: 4096)
            command.inherit = ["TYPESENSE_URL"]
            command.isQuiet = true
            text = try context.process.run(command).outputText
        }
        let nodes = Options.nodes(text)
        guard !nodes.isEmpty else {
            throw Failure(
                .unreachable, "nobody says where Typesense is",
                remedy: "Set TYPESENSE_URL for the daemon (dispatcher.env) or the service, or its option 'url'.",
                scheduling: .wait(for: "TYPESENSE_URL"))
        }
        guard nodes.allSatisfy(Options.isURL) else {
            throw Failure(.unreachable, "TYPESENSE_URL is not http(s)://host[:port], several with commas between them")
        }
        return nodes
    }
}
