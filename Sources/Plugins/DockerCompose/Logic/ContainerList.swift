import Model
import PluginKit

/// What the engine says of a project's containers and networks.
package struct ContainerList<Host: StackHost> {
    let engine: Engine
    let host: Host
    package init(_ engine: Engine, _ host: Host) {
        self.engine = engine
        self.host = host
    }

    /// All containers of a project, stopped ones too, those of `compose run` left out; by service and number.
    package func containers(of project: String) throws -> [Container] {
        let ids = try lines(["ps", "-a", "-q", "--no-trunc", "--filter", "label=com.docker.compose.project=\(project)"])
        guard !ids.isEmpty else { return [] }
        let end = try host.run(engine.ask(["inspect", "--type", "container"] + ids), onOutput: nil)
        try check(end, "inspect the containers of '\(project)'", toleratesFailure: true)
        guard let items = (try? PluginJSON(parsing: end.output))?.array else {
            throw Failure(.command, "the engine's description of the containers of '\(project)' cannot be read")
        }
        // One that goes away between the two questions is not described, and the command says so.
        return items.filter { $0["Config"]?["Labels"]?["com.docker.compose.oneoff"]?.string != "True" }
            .compactMap(Container.init)
            .sorted { ($0.service, $0.number, $0.name) < ($1.service, $1.number, $1.name) }
    }

    /// The last lines of a container's output.
    package func lastLines(of container: Container, count: Int = 40) throws -> String {
        var command = engine.ask(["logs", "--tail", String(count), container.id])
        command.timeout = .seconds(15)
        let end = try host.run(command, onOutput: nil)
        let text = end.outputText + end.errorText
        return String(decoding: text.utf8.suffix(16 << 10), as: UTF8.self)
    }

    /// The id of an image; nil when it is not on the machine.
    package func image(_ reference: String) throws -> String? {
        let end = try host.run(engine.ask(["image", "inspect", "--format", "{{.Id}}", reference]), onOutput: nil)
        if end.succeeded {
            let id = end.outputText.prefix { !$0.isWhitespace }
            return id.isEmpty ? nil : String(id)
        }
        guard case .exited = end.outcome,
            ["no such image", "no such object", "image not known"].contains(where: end.errorText.lowercased().contains)
        else {
            try check(end, "look for the image '\(reference)'")
            return nil
        }
        return nil
    }

    /// Runs a command of the engine whose answer is a list, one a line.
    package func lines(_ arguments: [String]) throws -> [String] {
        let end = try host.run(engine.ask(arguments), onOutput: nil)
        try check(end, "run '\(arguments.prefix(2).joined(separator: " "))'")
        return end.outputText.split(whereSeparator: \.isNewline).map(String.init)
    }

    private func check(_ end: CommandEnd, _ what: String, toleratesFailure: Bool = false) throws {
        switch end.outcome {
        case .exited(0): return
        case .exited where toleratesFailure && end.output.contains(UInt8(ascii: "{")): return
        case .cancelled: throw PluginFailure(.cancelled("cancelled"))
        default: throw Failure(.command, "the engine does not \(what)", cause: end.reason)
        }
    }
}
