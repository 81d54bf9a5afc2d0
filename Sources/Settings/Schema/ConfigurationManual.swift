/// The generated parts of Documentation/Configuration.md; a test compares them with the file.
package enum ConfigurationManual {
    package static let settingsBegin = "<!-- generated: settings -->"
    package static let servicesBegin = "<!-- generated: services -->"
    package static let pluginsBegin = "<!-- generated: plugins -->"
    package static let end = "<!-- end -->"

    /// One table for each section of the settings.
    package static var settings: String {
        Setting.Section.allCases.map { section in
            var lines = [
                "### \(section.rawValue)", "",
                "| Setting | Environment | deployer.yaml | Type | Default | What it is for |",
                "|---|---|---|---|---|---|",
            ]
            for setting in SettingTable.all where setting.section == section {
                let cells = [
                    setting.flag.map(code) ?? "-", code(setting.variable), setting.key.map(code) ?? "-",
                    setting.type + (setting.isSensitive ? ", secret" : ""), fallback(setting), setting.documentation,
                ]
                lines.append("| " + cells.map(escaped).joined(separator: " | ") + " |")
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n\n") + "\n"
    }

    /// The keys of a service.
    package static var services: String { keys(of: DeployerShape.service) }
    /// The keys of a plugin.
    package static var plugins: String { keys(of: DeployerShape.plugin) }

    private static func keys(of shape: Shape) -> String {
        var lines = ["| Key | What it is for |", "|---|---|"]
        describe(shape, prefix: "", into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func describe(_ shape: Shape, prefix: String, into lines: inout [String]) {
        if case .either(let first, let second) = shape {
            for choice in [first, second] { describe(choice, prefix: prefix, into: &lines) }
        }
        guard case .object(let object) = shape else { return }
        for key in object.keys where key.refusal == nil {
            let required = key.isRequired ? " Required." : ""
            lines.append("| \(code(prefix + key.name)) | \(escaped(key.documentation + required)) |")
            describe(key.shape, prefix: "\(prefix)\(key.name).", into: &lines)
        }
    }

    private static func fallback(_ setting: Setting) -> String {
        if let text = setting.fallbackText { return text }
        guard let text = setting.fallback?.text, !text.isEmpty else { return "-" }
        return code(text)
    }

    private static func code(_ text: String) -> String { "`\(text)`" }
    private static func escaped(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
