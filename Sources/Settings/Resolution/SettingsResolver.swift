import Documents
import Model

/// Finds the value of every setting: flag, then environment, then `dispatcher.env`, then `deployer.yaml`, then default.
package struct SettingsResolver: Sendable {
    package var flags: [Setting.ID: String]
    package var environment: [String: String]
    package var environmentFile: EnvironmentFile?
    package var configuration: DeployerConfiguration

    package init(
        flags: [Setting.ID: String] = [:], environment: [String: String] = [:],
        environmentFile: EnvironmentFile? = nil, configuration: DeployerConfiguration = .none
    ) {
        self.flags = flags
        self.environment = environment
        self.environmentFile = environmentFile
        self.configuration = configuration
    }

    /// An empty variable counts as not set.
    /// - Throws: every value that is of the wrong type or out of range; nothing of a weaker origin takes its place.
    package func resolve() throws(ConfigurationProblems) -> DaemonSettings {
        var resolved: [Setting.ID: DaemonSettings.Resolved] = [:]
        var problems: [ConfigurationProblem] = []
        for setting in SettingTable.all {
            switch value(of: setting) {
            case .success(let value?): resolved[setting.id] = value
            case .success(nil): break
            case .failure(let problem): problems.append(problem.problems[0])
            }
        }
        if let problem = logBranchProblem(DaemonSettings(resolved: resolved)) { problems.append(problem) }
        if let problem = GitHubAppSettings.problem(resolved) { problems.append(problem) }
        guard problems.isEmpty else { throw ConfigurationProblems(problems) }
        let fromFile = environmentFile?.values ?? [:]
        let set = environment.filter { !$0.value.isEmpty }
        return DaemonSettings(
            resolved: resolved, variables: fromFile.merging(set) { _, new in new }, warnings: warnings(resolved),
            secrets: secrets(resolved))
    }

    private func value(of setting: Setting) -> Result<DaemonSettings.Resolved?, ConfigurationProblems> {
        if let text = flags[setting.id], let flag = setting.flag {
            return parse(text, setting, .flag(flag), source: "command line", name: flag)
        }
        if let text = environment[setting.variable], !text.isEmpty {
            return parse(text, setting, .environment, source: "environment", name: setting.variable)
        }
        if let file = environmentFile, let entry = file.entries[setting.variable], !entry.value.isEmpty {
            return parse(
                entry.value, setting, .environmentFile(source: file.source, line: entry.line), source: file.source,
                line: entry.line, name: setting.variable)
        }
        if let placed = configuration.settings[setting.id] {
            let origin = SettingOrigin.deployerFile(source: configuration.source, line: placed.position.line)
            return .success(.init(value: placed.value, origin: origin))
        }
        return .success(nil)
    }

    /// A coder that cannot be asked as things stand; the daemon works without it.
    private func coderWarnings(_ settings: DaemonSettings) -> [ConfigurationProblem] {
        var places: [(coder: CoderSettings, name: String)] = []
        if settings.coder != .none { places.append((settings.coder(of: nil, in: configuration), "coder")) }
        for entry in configuration.entries ?? [] where entry.coder != nil {
            let name = entry.service.name
            places.append((settings.coder(of: name, in: configuration), "services.\(name).coder"))
        }
        return places.compactMap { coder, name in
            coder.objection.map {
                .init(source: "settings", message: "'\(name)': \($0.what)", suggestion: $0.remedy)
            }
        }
    }

    /// Each value is right by itself, but not all go together.
    private func logBranchProblem(_ settings: DaemonSettings) -> ConfigurationProblem? {
        guard settings.publishesLogs,
            let objection = LogBranchRule.objection(
                to: settings.logBranch, watched: settings.branch, prefix: settings.repairBranchPrefix)
        else { return nil }
        let setting = SettingTable[.logBranch]
        let said: (source: String, line: Int?, name: String) =
            switch settings[.logBranch].origin {
            case .flag(let name): ("command line", nil, name)
            case .environment: ("environment", nil, setting.variable)
            case .environmentFile(let source, let line): (source, line, setting.variable)
            case .deployerFile(let source, let line): (source, line, setting.key ?? setting.id.rawValue)
            case .fallback: ("settings", nil, setting.variable)
            }
        return .init(
            source: said.source, line: said.line, column: said.line == nil ? nil : 1,
            message: "\(said.name): \(objection)", suggestion: LogBranchRule.suggestion)
    }

    private func parse(
        _ text: String, _ setting: Setting, _ origin: SettingOrigin, source: String, line: Int? = nil, name: String
    ) -> Result<DaemonSettings.Resolved?, ConfigurationProblems> {
        switch setting.shape.value(of: text, separator: setting.separator) {
        case .success(let value): return .success(.init(value: value, origin: origin))
        case .failure(let refusal):
            let shown = setting.isSensitive ? Self.mask : ShapeChecker.shown(text)
            let reason = refusal.reason.map { ": \($0)" } ?? ""
            return .failure(
                ConfigurationProblems(
                    .init(
                        source: source, line: line, column: line == nil ? nil : 1,
                        message: "\(name) must be \(setting.shape.expected), not '\(shown)'\(reason)",
                        suggestion: refusal.suggestion)))
        }
    }

    /// What is shown in place of a secret.
    package static let mask = "****"

    private func secrets(_ resolved: [Setting.ID: DaemonSettings.Resolved]) -> [String] {
        let ofSettings = SettingTable.all.filter(\.isSensitive).flatMap { setting -> [String] in
            switch resolved[setting.id]?.value {
            case .list(let entries)?: entries.map { AccessTokenText($0)?.token ?? $0 }
            case let value?: [value.text]
            case nil: []
            }
        }
        let ofFile = (environmentFile?.values ?? [:]).filter { EnvironmentFile.isNamedLikeSecret($0.key) }.map(\.value)
        // Shorter ones would mask half of every log.
        let named = environment.filter { NamedSecrets.isOne($0.key) && !NamedSecrets.isReference($0.value) }.map(
            \.value)
        return Set(ofSettings + ofFile + named).filter { $0.utf8.count >= 4 }.sorted()
    }

    private func warnings(_ resolved: [Setting.ID: DaemonSettings.Resolved]) -> [ConfigurationProblem] {
        var found = environmentFile?.warnings ?? []
        let known = SettingTable.all.map(\.variable)
        var names: [(name: String, source: String, line: Int?)] = environment.keys.sorted().map {
            ($0, "environment", nil)
        }
        if let file = environmentFile {
            names += file.entries.sorted { $0.value.line < $1.value.line }.map { ($0.key, file.source, $0.value.line) }
        }
        for (name, source, line) in names
        where name.hasPrefix("DISPATCHER_") && !known.contains(name) && !NamedSecrets.isOne(name) {
            found.append(
                .init(
                    source: source, line: line, message: "\(name) is no setting and has no effect",
                    suggestion: Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }))
        }
        found += webWarnings(resolved)
        found += coderWarnings(DaemonSettings(resolved: resolved))
        let missing = [Setting.ID.userName, .userEmail].filter { resolved[$0] == nil }.map { SettingTable[$0] }
        if !missing.isEmpty {
            let names = missing.map(\.variable).joined(separator: " and ")
            let identity = missing.compactMap { $0.fallback?.text }.map { "'\($0)'" }.joined(separator: " and ")
            found.append(
                .init(
                    source: "settings", message: "\(names) not set; commits are made with \(identity)",
                    suggestion: "set \(missing.count == 1 ? "it" : "them") in the environment or in dispatcher.env"))
        }
        return found
    }
}
