import Model
import PluginKit
import PluginSupport

/// Reads a project for a Swarm: resolved by Compose, with `${NAME}` in place of secrets, which `docker stack deploy` fills in,
/// so that they stand in no file.
struct SwarmSources<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    func read(_ project: Engine.Project) throws -> Stack {
        var masked = engine
        masked.options.secrets = [:]
        for name in work.options.secrets.keys { masked.options.environment[name] = Self.token(name) }
        return try StackReader(work, masked).read(project)
    }

    static func token(_ name: String) -> String { "codex-deployer.secret(\(name))" }

    /// - Throws: a finding for each member that a Swarm cannot give.
    func convert(_ stack: Stack, _ project: Engine.Project, files: [String]) throws -> SwarmFile {
        let file = try SwarmFile(
            stack, project: project.name, folder: project.directory,
            forbidden: [Stack.absolute("..", from: work.store.directory)], place: work.options.projectDirectory,
            finishing: stack.finishing.union(work.options.oneShot), contentOf: { try Digest.of(path: $0) })
        guard !file.refusals.isEmpty else { return file }
        let findings = file.refusals.map { refusal in
            var finding = PluginDiagnostic(.error, code: Failure.Code.file.rawValue, summary: refusal.text)
            finding.detail = refusal.remedy
            finding.location = StackSource.place(
                of: refusal.service, refusal.member, files: files, in: work.call.sourceDirectory)
            return finding
        }
        let more = findings.count > 1 ? ", and \(findings.count - 1) more" : ""
        throw PluginFailure(.failed("\(findings[0].summary)\(more)"), diagnostics: findings)
    }

    /// The text of a stack's file.
    func text(_ file: SwarmFile) -> String {
        var text = file.json.text
        for name in work.options.secrets.keys { text = text.replacing(Self.token(name), with: "${\(name)}") }
        return text
    }
}
