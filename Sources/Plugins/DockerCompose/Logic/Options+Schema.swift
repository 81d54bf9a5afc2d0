package import PluginKit

extension Options {
    /// JSON Schema (2020-12) of the options. What it cannot say is checked while they are read.
    package static let schema: PluginJSON = {
        let standard = Options()
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Options of a service of kind compose",
            "type": "object",
            "additionalProperties": false,
            "properties": [
                "engine": choice(
                    Engine.allCases.map(\.rawValue),
                    "Which tool is used; auto: the first of the three that answers, in this order. swarm: 'docker stack deploy' onto the Swarm that the engine manages."
                ),
                "registry": text(
                    "With the engine 'swarm': the registry that images are pushed to and its nodes pull from, as in "
                        + "registry.example.org:5000/shop."),
                "docker_host": text("Where the Docker engine listens, as in DOCKER_HOST: unix:///run/docker.sock."),
                "files": texts("Compose files, relative to the service's folder, each over the ones before.", least: 1),
                "project": text("Name of the Compose project; without it the file's own, or the service's."),
                "project_directory": text(
                    "Absolute path of the folder that relative paths of the Compose file start from."),
                "profiles": texts("Profiles that are active."),
                "container": [
                    "type": "object",
                    "description":
                        "Where there is a Dockerfile and no Compose file: members of its Compose service (ports, volumes …).",
                ],
                "environment": variables("Variables of Compose, for ${…} in the file and for what it passes on."),
                "secrets": variables("The same, with references to secrets as values.", isSensitive: true),
                "inherit": texts("Names of the daemon's environment variables that Compose sees too."),
                "build_docker": flag("Images are built where there is a Dockerfile.", standard.buildDocker),
                "builder": choice(
                    Builder.allCases.map(\.rawValue), "Who builds; auto: what the engine takes by itself."),
                "pull": choice(
                    Pull.allCases.map(\.rawValue),
                    "When images that are not built here are pulled; a service's own pull_policy comes first."),
                "keep_releases": [
                    "type": "integer", "minimum": 1, "maximum": 100,
                    "default": .integer(Int64(standard.keepReleases)),
                    "description": "Releases kept for rollbacks, with their images.",
                ],
                "run_e2e": flag("The end-to-end tests run.", standard.runE2E),
                "test_files": texts("Compose files of the tests instead of 'files'.", least: 1),
                "test_service": text("The service whose exit code is the verdict of the tests."),
                "one_shot": texts("Services that end by themselves, with exit code 0, once their work is done."),
                "settle": duration("How long containers must stay up, and well, for a deployment to count.", "3s"),
                "wait": duration("How long containers may take to become healthy.", "120s"),
                "recreate_for_files": flag(
                    "A changed file that a container mounts has that container made anew.", standard.recreateForFiles),
            ],
        ]
    }()

    private static func text(_ description: String) -> PluginJSON {
        ["type": "string", "minLength": 1, "description": .string(description)]
    }

    private static func flag(_ description: String, _ standard: Bool) -> PluginJSON {
        ["type": "boolean", "description": .string(description), "default": .bool(standard)]
    }

    /// The first of the names is the default.
    private static func choice(_ names: [String], _ description: String) -> PluginJSON {
        [
            "type": "string", "description": .string(description), "enum": .array(names.map(PluginJSON.string)),
            "default": .string(names[0]),
        ]
    }

    private static func texts(_ description: String, least: Int64 = 0) -> PluginJSON {
        [
            "type": "array", "description": .string(description), "items": ["type": "string", "minLength": 1],
            "minItems": .integer(least),
        ]
    }

    private static func variables(_ description: String, isSensitive: Bool = false) -> PluginJSON {
        var value: [String: PluginJSON] = ["type": ["string", "integer", "boolean"]]
        if isSensitive { value["sensitive"] = true }
        return ["type": "object", "description": .string(description), "additionalProperties": .object(value)]
    }

    private static func duration(_ description: String, _ standard: String) -> PluginJSON {
        [
            "type": ["string", "number"], "minimum": 0, "default": .string(standard),
            "description": .string(description + " Bare numbers are seconds."),
        ]
    }
}
