/// The keys of `deployer.yaml`: the services, and the settings that a commit may make.
enum DeployerShape {
    static let file = Shape.object(root)

    static let root: ObjectShape = {
        var object = ObjectShape(
            [
                .init(
                    "services", .map(names: .serviceName, values: service),
                    "The services by name; without it every folder under repos/ is offered to the plugins."),
                .init(
                    "plugins", .list(plugin, counts: 0...200, isUnique: false),
                    "Plugins from git that the workspace wants; `host plugin sync` pins them in plugins.lock."),
            ], allowsExtensions: true)
        object.keys += settingKeys
        object.keys += machineKeys(in: "")
        return object
    }()

    /// What a group such as `git:` is for.
    private static let groups: [String: String] = [
        "git": "Which branch is watched, and how.", "timeouts": "Time that stages may take by default.",
        "health": "How health is probed by default.", "logs": "What is kept and published of the logs.",
        "repair": "What happens to repairs.", "coders": "How coders are asked for repairs.",
    ]

    /// The settings of the table, those with dots in their keys grouped.
    private static var settingKeys: [ObjectShape.Key] {
        var keys: [ObjectShape.Key] = []
        for setting in SettingTable.all {
            guard let path = setting.key else { continue }
            let parts = path.split(separator: ".").map(String.init)
            let key = ObjectShape.Key(
                parts[parts.count - 1], setting.shape, setting.documentation, fallback: setting.fallback?.text)
            guard parts.count == 2 else {
                keys.append(key)
                continue
            }
            if let index = keys.firstIndex(where: { $0.name == parts[0] }), case .object(var group) = keys[index].shape
            {
                group.keys.append(key)
                keys[index].shape = .object(group)
            } else {
                keys.append(.init(parts[0], .object(ObjectShape([key])), groups[parts[0]] ?? ""))
            }
        }
        for index in keys.indices {
            guard case .object(var group) = keys[index].shape else { continue }
            group.keys += machineKeys(in: keys[index].name)
            keys[index].shape = .object(group)
        }
        return keys
    }

    /// Settings that are known and refused: a commit must not choose what the machine trusts.
    private static func machineKeys(in group: String) -> [ObjectShape.Key] {
        SettingTable.all.filter { setting in
            setting.isMachineOnly && (group.isEmpty || setting.section.rawValue.lowercased() == group)
        }.map { setting in
            var name = setting.id.rawValue.split(separator: "-").joined(separator: "_")
            // In the group nobody would say "coder" once more.
            if group == "coders", name.hasPrefix("coder_") { name.removeFirst("coder_".count) }
            return ObjectShape.Key(
                name, .anything, "",
                refusal: "it belongs to the machine, not to a commit: set \(setting.variable) in the environment or in "
                    + "dispatcher.env")
        }
    }

    static let service = Shape.object(
        ObjectShape([
            .init(
                "path", .text(.folder),
                "Folder of the sources, relative to the repository's root ('.' is the root); default: repos/<name>."),
            .init("kind", .text(.kind), "The service kind, such as 'swift'.", isRequired: true),
            .init(
                "inputs", .list(.text(.glob), counts: 0...200, isUnique: true),
                "Globs, relative to the repository's root, whose content also makes the service due."),
            .init(
                "depends_on", .list(.text(.serviceName), counts: 0...200, isUnique: true),
                "Services that are deployed before this one, and whose deployment makes it due."),
            .init(
                "group", .text(.group),
                "Services of one group go live together: all are built first, then deployed in order, and one that fails "
                    + "has all of them rolled back."),
            .init(
                "stages", .list(.text(.stage), counts: 1...32, isUnique: true),
                "The stages of a deployment, in order; default: build, test, deploy, restart, health."),
            .init("health", health, "How to learn whether the service is well."),
            .init(
                "timeouts", .map(names: .stage, values: .duration(.seconds(1) ... .seconds(86_400))),
                "Time that stages of this service may take."),
            .init(
                "environment", .map(names: .variableName, values: .written),
                "Environment variables of its stages and of the running service; not for secrets."),
            .init(
                "coder", coder,
                "Who is asked for repairs of this service, in place of the workspace's `coder`: a word, or a mapping with "
                    + "`use` and options of its own."),
            .init("remote", remote, "A repository of its own, for a service that is not part of this one."),
            .init("options", .members, "The plugin's own options, checked against its schema."),
        ]))

    private static let coder = Shape.either(
        .object(
            ObjectShape([
                .init("use", SettingTable[.coder].shape, "openai, command or none.", isRequired: true),
                .init("model", SettingTable[.coderModel].shape, "The model that is asked, in place of `coders.model`."),
                .init(
                    "effort", SettingTable[.coderEffort].shape,
                    "How long the model is to think, in place of `coders.effort`."),
                .init(
                    "command", SettingTable[.coderCommand].shape,
                    "Program and arguments of the agent, in place of `coders.command`."),
                .init(
                    "timeout", SettingTable[.coderTimeout].shape,
                    "Time one question may take, in place of `coders.timeout`."),
                .init(
                    "attempts", SettingTable[.coderAttempts].shape,
                    "Attempts at one failure, in place of `coders.attempts`."),
            ])), SettingTable[.coder].shape)

    static let plugin = Shape.object(
        ObjectShape([
            .init(
                "url", .text(.repositoryURL),
                "Path, file://, http(s):// or ssh address of its repository, without any password or token.",
                isRequired: true),
            .init("revision", .text(.branch), "Branch, tag or commit; default: the repository's default branch."),
            .init("path", .text(.folder), "Folder of its Package.swift, Cargo.toml or Makefile; default: the root."),
        ]))

    private static let remote = Shape.object(
        ObjectShape([
            .init(
                "url", .text(.repositoryURL),
                "Path, file://, http(s):// or ssh address, without any password or token.",
                isRequired: true),
            .init("branch", .text(.branch), "The branch that is deployed.", fallback: "main"),
        ]))

    private static let health = Shape.object(
        ObjectShape(
            [
                .init("http", .text(.httpURL), "Address to GET; well when the status is 200 to 399."),
                .init("tcp", .either(.text(.endpoint), .integer(1...65_535)), "host:port, or a port of 127.0.0.1."),
                .init(
                    "command", .list(.text(.argument), counts: 1...256, isUnique: false),
                    "Program and arguments, run in the release folder without a shell; well when it exits with 0."),
                .init("status", .integer(100...599), "The one status that counts as well, with http."),
                .init(
                    "interval", SettingTable[.probeInterval].shape, "Time from the end of one probe to the next."),
                .init("timeout", SettingTable[.probeTimeout].shape, "Time one probe may take."),
                .init("attempts", SettingTable[.probeAttempts].shape, "Probes before the release counts as failed."),
            ], oneOf: ["http", "tcp", "command"], dependent: ["status": "http"]))
}
