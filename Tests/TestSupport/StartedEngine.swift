import Foundation

/// A real engine that one of the scripts in `engines/` has started for a test.
package struct StartedEngine: Sendable {
    private let script: String
    package let folder: String

    /// - Parameter arguments: further ones of `start`; how many nodes.
    package init(_ name: String, in folder: String, _ arguments: String...) throws {
        script = Self.script(name)
        self.folder = folder
        try Self.run([script, "start", folder] + arguments)
    }

    package func stop() { try? Self.run([script, "stop", folder]) }

    /// The lines of a file that the script left: `urls`, `key`, `environment`.
    package func lines(_ name: String) throws -> [String] {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// `NAME=value` of the file `environment`.
    package func variables() throws -> [String: String] {
        var found: [String: String] = [:]
        for line in try lines("environment") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { found[parts[0]] = parts[1] }
        }
        return found
    }

    /// Why an engine cannot be started here; nil where it can.
    package static func absence(_ names: String...) -> String? {
        for name in names {
            if name != "typesense", getuid() != 0 {
                return name == "pagure" ? "it needs root" : "container engines need root"
            }
            let probe =
                ["typesense", "pagure"].contains(name)
                ? [script(name), "path"] : ["sh", "-c", "command -v dockerd && command -v docker"]
            if (try? PeerCommand.run(probe))?.status != 0 { return "needs engines/\(name) install" }
        }
        return nil
    }

    private static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("engines/\(name)").path
    }

    private static func run(_ arguments: [String]) throws {
        let result = try PeerCommand.run(arguments, isQuiet: false)
        guard result.status == 0 else { throw PeerError("\(arguments) ended with \(result.status)") }
    }
}
