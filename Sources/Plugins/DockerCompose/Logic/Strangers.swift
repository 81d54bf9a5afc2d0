import Model
import PluginKit

/// What somebody else has on the engine: it is not taken over silently, and nothing is begun that would run into it.
struct Strangers<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    /// - Returns: the containers of the project; what of them is another's may be taken over.
    /// - Throws: `compose.foreign-project`.
    @discardableResult
    func refuse(project: String) throws -> [Container] {
        let containers = try ContainerList(engine, work.host).containers(of: project)
        try Ownership(work, project: project).refuse(containers)
        return containers
    }

    /// Looks for the containers that have a name which the file gives to its own. podman-compose 1.0.3 would start them.
    ///
    /// - Throws: `compose.foreign-container`.
    func refuse(namesOf stack: Stack, project: String, files: [String]) throws {
        var services: [String: String] = [:]
        for name in stack.names {
            if let given = stack.services[name]?.json["container_name"]?.string { services[given] = name }
        }
        guard !services.isEmpty else { return }
        let end = try work.host.run(
            engine.ask(["inspect", "--type", "container"] + services.keys.sorted()), onOutput: nil)
        // Those that are not there are not described, and the command says so.
        for item in (try? PluginJSON(parsing: end.output))?.array ?? [] {
            guard let container = Container(item), let service = services[container.name] else { continue }
            let owner = item["Config"]?["Labels"]?["com.docker.compose.project"]?.string
            if owner == project || (owner != nil && owner == work.call.checkpoint?.project) { continue }
            let whose = owner.map { "of the project '\($0)'" } ?? "of no project"
            let text =
                "there is a container '\(container.name)' already, \(whose), and '\(service)' is to have that name"
            var finding = PluginDiagnostic(.error, code: Failure.Code.foreignContainer.rawValue, summary: text)
            finding.location = StackSource.place(
                of: service, "container_name", files: files, in: work.call.sourceDirectory)
            finding.detail = "Give '\(service)' another 'container_name' or none, or remove that container."
            throw PluginFailure(.failed(text), diagnostics: [finding])
        }
    }
}
