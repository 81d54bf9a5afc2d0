import Foundation
import TestSupport

/// A real engine that one of the scripts in `engines/` has started for a test.
struct StartedEngine: Sendable {
    let script: String
    let folder: String

    init(_ name: String, in folder: String) throws {
        script = Self.script(name)
        self.folder = folder
        try Self.run([script, "start", folder])
    }

    func stop() { try? Self.run([script, "stop", folder]) }

    /// The lines of a file that the script left: `urls`, `key`, `environment`.
    func lines(_ name: String) throws -> [String] {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// `NAME=value` of the file `environment`.
    func variables() throws -> [String: String] {
        var found: [String: String] = [:]
        for line in try lines("environment") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { found[parts[0]] = parts[1] }
        }
        return found
    }

    /// Why an engine cannot be started here; nil where it can.
    static func absence(_ names: String...) -> String? {
        guard getuid() == 0 else { return "container engines need root" }
        for name in names {
            let probe =
                name == "typesense" ? [script(name), "path"] : ["sh", "-c", "command -v dockerd && command -v docker"]
            if (try? PeerCommand.run(probe))?.status != 0 { return "needs engines/\(name) install" }
        }
        return nil
    }

    private static func script(_ name: String) -> String { HostProcess.root.path + "/engines/\(name)" }

    private static func run(_ arguments: [String]) throws {
        let result = try PeerCommand.run(arguments, isQuiet: false)
        guard result.status == 0 else { throw PeerError("\(arguments) ended with \(result.status)") }
    }
}
