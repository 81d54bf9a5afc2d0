package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// `dispatcher.env`: settings and secrets of one machine, one `NAME=value` a line.
package struct EnvironmentFile: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var value: String
        var line: Int
    }
    /// How messages call the file.
    package let source: String
    let entries: [String: Entry]
    /// What the file's owner should know.
    package let warnings: [ConfigurationProblem]

    init(source: String, entries: [String: Entry], warnings: [ConfigurationProblem] = []) {
        self.source = source
        self.entries = entries
        self.warnings = warnings
    }

    package var values: [String: String] { entries.mapValues(\.value) }

    /// Larger files are refused unread.
    static let maximumBytes = 1 << 20

    /// The file, or nil where there is none.
    /// - Throws: `config.unreadable` for a file that cannot be opened, `config.invalid` with every line that is wrong.
    package static func load(_ path: String, source: String = WorkspaceLayout.environmentName)
        throws(Failure) -> EnvironmentFile?
    {
        guard let (bytes, attributes) = try SmallFile.read(path, limit: maximumBytes) else { return nil }
        do {
            let file = try parse(bytes, source: source)
            let warnings = file.warnings(attributes, user: UInt32(geteuid()))
            return EnvironmentFile(source: source, entries: file.entries, warnings: warnings)
        } catch {
            throw error.failure
        }
    }

    /// - Throws: every line that is wrong. Values are never repeated: they may be secrets.
    package static func parse(_ bytes: [UInt8], source: String = WorkspaceLayout.environmentName)
        throws(ConfigurationProblems) -> EnvironmentFile
    {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationProblems(.init(source: source, message: "the file is not UTF-8"))
        }
        var parser = EnvironmentFileParser(text, source: source)
        parser.parse()
        guard parser.problems.isEmpty else { throw ConfigurationProblems(parser.problems) }
        return EnvironmentFile(source: source, entries: parser.entries)
    }

    func warnings(_ attributes: SmallFile.Attributes, user: UInt32) -> [ConfigurationProblem] {
        var found: [ConfigurationProblem] = []
        let secrets = entries.filter { Self.isNamedLikeSecret($0.key) && !$0.value.value.isEmpty }.keys.sorted()
        if !secrets.isEmpty, attributes.permissions & 0o077 != 0 {
            found.append(
                .init(
                    source: source,
                    message: "other users may read or write the file, and it holds \(secrets.joined(separator: ", "))",
                    suggestion: "chmod 600 \(source)"))
        }
        if attributes.owner != user, attributes.owner != 0 {
            found.append(
                .init(
                    source: source,
                    message: "the file belongs to user \(attributes.owner), not to the daemon's (\(user))",
                    suggestion: "chown it: whoever owns it decides what the daemon trusts"))
        }
        return found
    }

    /// By the table, and by what people call secrets that plugins ask for.
    package static func isNamedLikeSecret(_ name: String) -> Bool {
        if let setting = SettingTable.setting(variable: name) { return setting.isSensitive }
        let parts = Set(name.uppercased().split(separator: "_"))
        return !parts.isDisjoint(with: [
            "TOKEN", "KEY", "APIKEY", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "CREDENTIALS",
        ])
    }
}
