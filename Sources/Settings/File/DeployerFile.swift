import Documents
import Model

/// Reads `deployer.yaml`.
package enum DeployerFile {
    /// - Parameters:
    ///   - bytes: the file as it stands in a commit or on disk.
    ///   - source: how messages call it.
    /// - Throws: everything that is wrong with it, each with line and column.
    package static func parse(_ bytes: [UInt8], source: String = WorkspaceLayout.configurationName)
        throws(ConfigurationProblems) -> DeployerConfiguration
    {
        let reading = try Self.read(bytes, source)
        var problems = reading.problems.map { ConfigurationProblem($0, in: source) }
        guard let root = reading.root, root.scalar != .null else {
            if !problems.isEmpty { throw ConfigurationProblems(problems) }
            return DeployerConfiguration(source: source)
        }
        var checker = ShapeChecker(source: source)
        checker.check(root, DeployerShape.file, path: "")
        // Where YAML itself was wrong, what the shape says about the leftovers is noise.
        let places = Set(problems.map { SourcePosition(line: $0.line ?? 0, column: $0.column ?? 0) })
        problems += checker.problems.filter {
            !places.contains(SourcePosition(line: $0.line ?? 0, column: $0.column ?? 0))
        }
        var reader = ServiceReader(source: source)
        let entries = root["services"]?.entries.map { $0.compactMap { reader.entry($0) } }
        problems += reader.problems
        if let services = root["services"]?.entries {
            problems += DependencyCheck(source: source, services: services).problems()
            problems += TimeoutCheck(source: source, services: services).problems()
        }
        let plugins = NamedPlugin.read(root, source: source)
        problems += plugins.problems
        let settings = settings(root)
        if let problem = logBranchProblem(settings, source: source) { problems.append(problem) }
        guard problems.isEmpty else { throw ConfigurationProblems(sorted(problems)) }
        var configuration = DeployerConfiguration(
            entries: entries, plugins: plugins.plugins, settings: settings, source: source)
        for entry in root["services"]?.entries ?? [] {
            if let name = ServiceName(entry.key) { configuration.places[name] = ServicePlaces(entry) }
        }
        return configuration
    }

    private static func read(_ bytes: [UInt8], _ source: String) throws(ConfigurationProblems) -> DocumentReading {
        do throws(DocumentProblems) {
            return try DocumentReader.yaml(bytes)
        } catch {
            throw ConfigurationProblems(error.problems.map { ConfigurationProblem($0, in: source) })
        }
    }

    /// Found here already, so that the last good file stays in force; the environment is looked at with the settings.
    private static func logBranchProblem(
        _ settings: [Setting.ID: DeployerConfiguration.Placed], source: String
    ) -> ConfigurationProblem? {
        guard let placed = settings[.logBranch], case .text(let branch) = placed.value else { return nil }
        func text(_ id: Setting.ID) -> String {
            (settings[id]?.value ?? SettingTable[id].fallback)?.text ?? ""
        }
        let objection = LogBranchRule.objection(
            to: branch, watched: text(.branch), prefix: text(.repairBranchPrefix))
        return objection.map {
            .init(
                source: source, line: placed.position.line, column: placed.position.column,
                message: "'logs.branch': \($0)", suggestion: LogBranchRule.suggestion)
        }
    }

    private static func settings(_ root: DocumentNode) -> [Setting.ID: DeployerConfiguration.Placed] {
        var found: [Setting.ID: DeployerConfiguration.Placed] = [:]
        for setting in SettingTable.all {
            guard let key = setting.key else { continue }
            var node: DocumentNode? = root
            for part in key.split(separator: ".") { node = node?[String(part)] }
            if let node, case .success(let value) = setting.shape.value(of: node) {
                found[setting.id] = .init(value: value, position: node.position)
            }
        }
        return found
    }

    /// By place; each said once, also where an alias brings the same value to several places.
    private static func sorted(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        var seen: Set<ConfigurationProblem> = []
        let unique = problems.filter { seen.insert($0).inserted }
        return unique.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.element.column ?? 0, left.offset)
                < (right.element.line ?? 0, right.element.column ?? 0, right.offset)
        }.map(\.element)
    }
}
