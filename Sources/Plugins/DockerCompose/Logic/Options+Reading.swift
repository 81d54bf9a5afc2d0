import Model
package import PluginKit
import PluginSupport

extension Options {
    /// Reads options that the schema has found valid, and checks what it cannot say.
    ///
    /// - Throws: `InvalidOptions` with every problem, not the first alone.
    package init(reading json: PluginJSON) throws(InvalidOptions) {
        self.init()
        var reader = OptionReader(json)
        if let text = json["engine"]?.string { engine = Engine(rawValue: text) ?? engine }
        dockerHost = reader.text("docker_host", "an address such as 'unix:///run/docker.sock'") { $0.contains("://") }
        files = reader.texts("files", Self.relative, Self.isRelative)
        project = reader.text("project", "lower-case letters, digits, '-' and '_', a letter or digit first") {
            StackCall.projectName(of: $0) == $0
        }
        projectDirectory = reader.text("project_directory", "an absolute path") { $0.hasPrefix("/") && $0.count > 1 }
        profiles = reader.texts("profiles", "names without blanks", Self.isWord) ?? []
        container = json["container"]?.object ?? [:]
        environment = reader.variables("environment")
        secrets = reader.variables("secrets")
        inherit = reader.texts("inherit", "the name of an environment variable", OptionReader.isVariable) ?? []
        buildDocker = json["build_docker"]?.bool ?? buildDocker
        if let text = json["builder"]?.string { builder = Builder(rawValue: text) ?? builder }
        if let text = json["pull"]?.string { pull = Pull(rawValue: text) ?? pull }
        keepReleases = json["keep_releases"]?.integer ?? keepReleases
        runE2E = json["run_e2e"]?.bool ?? runE2E
        testFiles = reader.texts("test_files", Self.relative, Self.isRelative)
        testService = reader.text("test_service", "the name of a service", Self.isWord)
        oneShot = reader.texts("one_shot", "the name of a service", Self.isWord) ?? []
        settle = reader.duration("settle", upTo: .seconds(600)) ?? settle
        wait = reader.duration("wait", upTo: .seconds(3600)) ?? wait
        recreateForFiles = json["recreate_for_files"]?.bool ?? recreateForFiles
        registry = reader.text(
            "registry", "a registry's address such as 'registry.example.org:5000/shop'", Self.isRegistry)
        if engine == .swarm, json["registry"] == nil {
            reader.problems.append(.init("/registry", "is needed with the engine 'swarm': its nodes pull from there"))
        } else if engine != .swarm, registry != nil {
            reader.problems.append(.init("/registry", "is for the engine 'swarm'"))
        }
        for name in environment.keys.sorted() where secrets[name] != nil {
            reader.problems.append(.init("/secrets/\(name)", "'\(name)' is in 'environment' as well"))
        }
        if dockerHost != nil, engine == .podman {
            reader.problems.append(.init("/docker_host", "is for Docker, and the engine is podman-compose"))
        }
        for name in ["build", "image"] where container[name] != nil {
            reader.problems.append(.init("/container/\(name)", "is the plugin's own: it builds the Dockerfile"))
        }
        guard reader.problems.isEmpty else { throw InvalidOptions(reader.problems) }
    }

    private static let relative = "a path within the service's folder"

    private static func isRelative(_ text: String) -> Bool {
        !text.hasPrefix("/") && !text.hasPrefix("-")
            && !text.split(separator: "/", omittingEmptySubsequences: false).contains("..")
    }

    /// A host with a dot or a port (what has neither would be a user of Docker's own registry), and perhaps a path.
    private static func isRegistry(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let host = parts.first, host == "localhost" || host.contains(".") || host.contains(":") else {
            return false
        }
        return parts.allSatisfy { part in
            !part.isEmpty && !part.hasPrefix("-") && !part.contains("..")
                && part.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]".utf8.contains($0) }
        } && !parts.dropFirst().contains { $0.contains(":") }
    }

    // What begins with '-' would be read as an option of the tool.
    private static func isWord(_ text: String) -> Bool {
        !text.hasPrefix("-") && !text.contains { $0.isWhitespace || $0 == "/" }
    }
}

/// Takes members of special forms out of the options and notes what has not that form.
struct OptionReader {
    private let json: PluginJSON
    var problems: [InvalidOptions.Problem] = []

    init(_ json: PluginJSON) { self.json = json }

    static func isVariable(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    mutating func text(_ key: String, _ form: String, _ accepts: (String) -> Bool) -> String? {
        guard let text = json[key]?.string else { return nil }
        if !text.utf8.contains(0), accepts(text) { return text }
        problems.append(.init("/\(key)", "must be \(form)"))
        return nil
    }

    mutating func texts(_ key: String, _ form: String, _ accepts: (String) -> Bool) -> [String]? {
        guard let texts = json[key]?.strings else { return nil }
        for (index, text) in texts.enumerated() where text.utf8.contains(0) || !accepts(text) {
            problems.append(.init("/\(key)/\(index)", "must be \(form)"))
        }
        return texts
    }

    /// Numbers and truth values are taken as a person would write them.
    mutating func variables(_ key: String) -> [String: String] {
        var variables: [String: String] = [:]
        for (name, value) in json[key]?.object?.sorted(by: { $0.key < $1.key }) ?? [] {
            let text = value.string ?? value.text
            if !Self.isVariable(name) {
                problems.append(.init("/\(key)/\(name)", "must be the name of an environment variable"))
            }
            if text.utf8.contains(0) { problems.append(.init("/\(key)/\(name)", "must be a text without zero bytes")) }
            variables[name] = text
        }
        return variables
    }

    mutating func duration(_ key: String, upTo limit: Duration) -> Duration? {
        json.duration(key, from: .zero, upTo: limit, &problems)
    }
}
