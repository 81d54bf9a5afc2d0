import Documents

extension InitFiles {
    /// The content of a new `deployer.yaml`. Every line is a comment: a service that is named here is deployed, and no other,
    /// so a file that named some of the folders would take the rest out.
    package var deployerYAML: String {
        var lines = [
            "## Services and settings of this workspace. Everything here is optional: without services each folder under",
            "## repos/ is offered to the plugins, and `plan --overrule` prints what they made of them, to begin with. Lines",
            "## that begin with a single '#' are examples: take it away to use them.",
            "## Every key: Documentation/Configuration.md; for editors: Documentation/deployer.schema.json.", "",
        ]
        lines += Self.example.map { "#\($0)" }
        lines.append("")
        lines += Self.settings
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ path: String) -> String {
        if path.isEmpty { return "." }
        let isPlain = path.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "_./-".utf8.contains(byte)
        }
        let isText = DocumentScalar(path, isPlain: true) == .text(path) && !path.hasPrefix("-")
        return isPlain && isText ? path : OrderedJSON.quoted(path)
    }

    private static let example = [
        "services:",
        "  example:",
        "    kind: swift",
        "    path: repos/example",
        "    inputs: [\"shared/**\"]",
        "    depends_on: []",
        "    stages: [build, test, deploy, restart, health]",
        "    health:",
        "      http: http://127.0.0.1:8080/health",
        "      interval: 1s",
        "      timeout: 5s",
        "      attempts: 30",
        "    timeouts: {build: 30m}",
        "    environment: {LOG_LEVEL: info}",
        "    remote: {url: \"https://example.org/example.git\", branch: main}",
        "    options: {}",
    ]

    /// Every setting that may stand in the file, with its default.
    private static var settings: [String] {
        var lines = ["## Settings. A flag, the environment and dispatcher.env win over what stands here."]
        var group = ""
        for setting in SettingTable.all.filter({ $0.key?.contains(".") == false })
            + SettingTable.all.filter({
                $0.key?.contains(".") == true
            })
        {
            let parts = (setting.key ?? "").split(separator: ".").map(String.init)
            if parts.count == 2, parts[0] != group {
                group = parts[0]
                lines += ["", "#\(group):"]
            }
            let indentation = parts.count == 2 ? "  " : ""
            lines.append("## \(indentation)\(setting.documentation)")
            lines.append("#\(indentation)\(parts[parts.count - 1]): \(yaml(setting))")
        }
        return lines
    }

    private static func yaml(_ setting: Setting) -> String {
        switch setting.fallback {
        case .list(let values): "[\(values.joined(separator: ", "))]"
        case .text(let text): quoted(text)
        case let value?: value.text
        case nil: setting.example ?? "\"\""
        }
    }

    /// The content of a new `dispatcher.env`; all of it comments.
    package static var dispatcherEnv: String {
        var lines = [
            "# Settings and secrets of this machine; never commit this file, and keep it readable for its owner only.",
            "# NAME=value a line; quotes as in a shell, but nothing is expanded. The environment wins over this file,",
            "# this file over deployer.yaml. Every setting: Documentation/Configuration.md.",
        ]
        for section in Setting.Section.allCases {
            lines += ["", "# --- \(section.rawValue) ---"]
            for setting in SettingTable.all where setting.section == section {
                lines.append("# \(setting.documentation)")
                let value = setting.fallback?.text ?? ""
                lines.append("#\(setting.variable)=\(value.contains(" ") ? OrderedJSON.quoted(value) : value)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
