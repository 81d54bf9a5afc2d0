package import PluginKit

/// A Compose tool and the engine behind it, as they were found. Makes commands, runs nothing.
package struct Engine: Sendable, Hashable {
    package enum Family: String, Sendable {
        case docker, podman
        /// Docker's engines as a Swarm; a tool and its engine are `docker` there too.
        case swarm
    }

    package var kind: Options.Engine
    package var composeVersion: String
    package var engineVersion: String
    package var options: Options
    /// Variables of the service, for the file's `${…}`.
    package var environment: [String: String]

    package init(
        _ kind: Options.Engine, composeVersion: String = "", engineVersion: String = "", options: Options,
        environment: [String: String] = [:]
    ) {
        self.kind = kind
        self.composeVersion = composeVersion
        self.engineVersion = engineVersion
        self.options = options
        self.environment = environment
    }

    package var family: Family { kind == .podman ? .podman : .docker }

    /// `docker compose 2.26.1 with Docker engine 20.10.24`
    package var spoken: String {
        let engine = family == .docker ? "Docker engine" : "podman"
        return "\(tool.joined(separator: " ")) \(composeVersion) with \(engine) \(engineVersion)"
    }

    package var tool: [String] {
        switch kind {
        case .composeV1: ["docker-compose"]
        case .podman: ["podman-compose"]
        case .composeV2, .automatic, .swarm: ["docker", "compose"]
        }
    }

    /// The files of a project and the folder that its relative paths start from; all absolute.
    package struct Project: Sendable, Hashable {
        package var name: String
        package var files: [String]
        package var directory: String
        package init(name: String, files: [String], directory: String) {
            self.name = name
            self.files = files
            self.directory = directory
        }
    }

    /// A command of the Compose tool. Its secrets are put in place by the host.
    package func compose(_ project: Project, _ arguments: [String]) -> ProcessCommand {
        var words = tool
        for file in project.files { words += ["-f", file] }
        words += ["-p", project.name]
        // podman-compose takes the folder of the first file.
        if kind != .podman { words += ["--project-directory", project.directory] }
        for profile in options.profiles { words += ["--profile", profile] }
        var command = command(words + arguments, directory: project.directory)
        // For Compose alone: with it the client itself would want a plugin for whatever has to do with building.
        switch options.builder {
        case .automatic: break
        case .buildKit:
            command.environment["DOCKER_BUILDKIT"] = "1"
            command.environment["COMPOSE_DOCKER_CLI_BUILD"] = "1"
        case .classic: command.environment["DOCKER_BUILDKIT"] = "0"
        }
        command.environment.merge(environment, uniquingKeysWith: { $1 })
        command.environment.merge(options.environment, uniquingKeysWith: { $1 })
        command.secretEnvironment = options.secrets.sorted { $0.key < $1.key }
            .map { SecretValue($0.key, reference: $0.value) }
        command.inherit += options.inherit
        return command
    }

    /// A command of the engine's own client, quiet and with its answer.
    package func ask(_ arguments: [String]) -> ProcessCommand {
        var command = tell(arguments)
        command.keepOutput = 4 << 20
        command.isQuiet = true
        return command
    }

    /// A command of the engine's own client; what it prints goes to the log.
    package func tell(_ arguments: [String]) -> ProcessCommand {
        command([family == .docker ? "docker" : "podman"] + arguments, directory: "/")
    }

    private func command(_ words: [String], directory: String) -> ProcessCommand {
        var command = ProcessCommand(words, directory: directory)
        // Logs are read by people and machines; output of Python comes as it is printed.
        command.environment = [
            "BUILDKIT_PROGRESS": "plain", "COMPOSE_ANSI": "never", "DOCKER_CLI_HINTS": "false", "NO_COLOR": "1",
            "PYTHONUNBUFFERED": "1",
        ]
        if let host = options.dockerHost { command.environment["DOCKER_HOST"] = host }
        command.inherit = Self.inherited
        return command
    }

    /// Variables that tell the tools where engines, configuration and proxies are; none of them is a secret.
    static let inherited = [
        "ALL_PROXY", "BUILDX_CONFIG", "CONTAINERS_CONF", "CONTAINERS_REGISTRIES_CONF", "CONTAINERS_STORAGE_CONF",
        "DBUS_SESSION_BUS_ADDRESS", "DOCKER_CERT_PATH", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_DEFAULT_PLATFORM",
        "DOCKER_HOST", "DOCKER_TLS_VERIFY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSH_AUTH_SOCK", "SSL_CERT_DIR",
        "SSL_CERT_FILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "http_proxy", "https_proxy", "no_proxy",
    ]
}
