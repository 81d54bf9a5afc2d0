import Foundation

/// Files of the repository that tests compare with what the sources generate.
enum RepositoryFile {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// `DEPLOYER_REGENERATE=1 swift test --filter SettingsTests` writes the generated files instead of comparing them.
    static var isRegenerating: Bool { ProcessInfo.processInfo.environment["DEPLOYER_REGENERATE"] == "1" }

    static func write(_ path: String, _ text: String) throws {
        try text.write(to: root.appending(path: path), atomically: true, encoding: .utf8)
    }
}
