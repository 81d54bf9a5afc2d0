import ArgumentParser
import Model
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "The workspace; else the current directory if it is one, else /srv/deploy.")
    var workspace: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A setting for this run, as NAME=VALUE; `host config` lists the names. May be given several times.",
            valueName: "name=value"))
    var settings: [String] = []

    func invocation() throws(Failure) -> Invocation {
        let environment = ProcessInfo.processInfo.environment
        let flags = try flags()
        let variable = environment[SettingTable[.remote].variable].flatMap { $0.isEmpty ? nil : $0 }
        let layout = try WorkspaceLocator(remote: flags[.remote] ?? variable).locate(
            option: workspace, currentDirectory: FileManager.default.currentDirectoryPath)
        return Invocation(
            layout: layout, flags: flags, environment: environment, binaries: .ofThisProgram)
    }

    func flags() throws(Failure) -> [Setting.ID: String] {
        var flags: [Setting.ID: String] = [:]
        for text in settings {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let id = Setting.ID(rawValue: parts[0]) else {
                throw Failure(
                    .init("usage.setting"), "'\(text)' is no setting",
                    remedy: "write --set NAME=VALUE; `host config` lists the names")
            }
            guard !SettingTable[id].isSensitive else {
                throw Failure(
                    .init("usage.setting"),
                    "'\(parts[0])' is a secret, and the command line is seen by everybody on the machine",
                    remedy: "put \(SettingTable[id].variable) into dispatcher.env or the environment")
            }
            flags[id] = parts[1]
        }
        return flags
    }
}

struct JSONOption: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}

/// Prints a document as JSON with sorted keys.
enum JSONOutput {
    static func print(_ value: some Encodable) throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
        } catch {
            throw Failure(.init("output.json"), "the answer cannot be written as JSON", cause: "\(error)")
        }
    }
}
