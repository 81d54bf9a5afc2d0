import ArgumentParser
import Logs
import Model
import PluginConformance
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The test harness of `PluginConformance` on the command line.
struct TestPluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test-plugin", abstract: "Examine a plugin: run every check of the harness against its library.",
        discussion: """
            Each check runs in processes of its own, with a timeout. Documentation/TestingAPlugin.md explains every one.
            Exit codes: 0 no required check failed; 1 one did; 2 bad usage.
            """)

    @Argument(help: "The plugin's library.")
    var path: String?
    @Option(help: ArgumentHelp("Only checks whose name contains this. May be given several times.", valueName: "name"))
    var filter: [String] = []
    @Flag(help: "The names of all checks.")
    var list = false
    @Option(help: ArgumentHelp("An example of the kind: sources that build and deploy here.", valueName: "dir"))
    var source: String?
    @Option(
        help: ArgumentHelp(
            "The example's options, as a JSON object or as the path of a file with one.", valueName: "json"))
    var options: String?
    @Option(
        help: ArgumentHelp(
            "Files that a later commit of the example has, over or beside its own; else one more file.",
            valueName: "dir"))
    var change: String?
    @Option(
        help: ArgumentHelp(
            "A shell command that prints what is live of the example, for kinds that deploy elsewhere than to the release folder.",
            valueName: "command"))
    var live: String?
    @Option(help: ArgumentHelp("A checkpoint that an older version of the plugin wrote.", valueName: "file"))
    var state: String?
    @Option(help: "The kind to examine, of a plugin with several; else its first.")
    var kind: String?
    @Option(
        help: ArgumentHelp(
            "The glibc of the machines it is for, such as 2.31; else this machine's.", valueName: "version"))
    var glibc: String?
    @Option(help: ArgumentHelp("Repeats what was random: the seed that a run printed.", valueName: "number"))
    var seed: UInt64?
    @Option(help: ArgumentHelp("Write a JUnit report there.", valueName: "file"))
    var junit: String?
    @OptionGroup var output: JSONOption

    func run() async throws {
        if list {
            for check in ConformanceCheck.all { print(check.isRequired ? check.name : "\(check.name)  (advice)") }
            return
        }
        guard let path else {
            throw Failure(.init("usage.library"), "which plugin?", remedy: "name the .so: host test-plugin PATH")
        }
        var asked = ConformanceOptions(
            library: Self.absolute(path), programs: Binaries.ofThisProgram.folder,
            environment: ProcessInfo.processInfo.environment)
        asked.filters = filter
        asked.source = source.map(Self.absolute)
        asked.state = state.map(Self.absolute)
        asked.change = change.map(Self.absolute)
        if let live { asked.live = { try await Self.shown(live) } }
        asked.kind = kind
        asked.glibc = glibc
        asked.options = try options.map(Self.parsed)
        if let seed { asked.seed = seed }
        let isQuiet = output.json
        let report = try await Conformance(asked).run { result in
            guard !isQuiet else { return }
            Self.show(result.text)
            Terminal.flush()
        }
        if isQuiet {
            try JSONOutput.print(ConformanceDocument(report))
        } else {
            print()
            Self.show(report.summary)
        }
        if let junit { try Self.write(report.junit, to: Self.absolute(junit)) }
        if !report.isPassed { throw ExitCode(1) }
    }

    /// A plugin's own words may hold anything.
    private static func show(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            print(TerminalText.neutralised(String(line)))
        }
    }

    /// What a command prints on its standard output.
    private static func shown(_ command: String) async throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let result = await ProcessRunner(groups: .none).run(
            ProcessRequest(
                operation: "harness-live-\(UInt64.random(in: 1...(.max)))", arguments: ["/bin/sh", "-c", command],
                directory: FileManager.default.currentDirectoryPath, environment: environment, timeout: .seconds(60),
                keptOutput: 8 << 20)
        ) { _, _ in }
        guard result.end == .exited(code: 0) else {
            let words = String(decoding: result.standardError.suffix(400), as: UTF8.self)
            throw Failure(.init("usage.live"), "the command of --live ended with \(result.end): \(words)")
        }
        return String(decoding: result.standardOutput, as: UTF8.self)
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }

    private static func parsed(_ text: String) throws(Failure) -> JSONValue {
        let isObject = text.drop(while: \.isWhitespace).hasPrefix("{")
        guard let data = isObject ? Data(text.utf8) : FileManager.default.contents(atPath: absolute(text)),
            let value = try? JSONDecoder().decode(JSONValue.self, from: data)
        else {
            throw Failure(
                .init("usage.options"), "the options are neither a JSON object nor the path of a file with one",
                remedy: #"write --options '{"name": "value"}' or --options options.json"#)
        }
        return value
    }

    private static func write(_ text: String, to path: String) throws(Failure) {
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw Failure(.init("output.junit"), "the report '\(path)' cannot be written", cause: "\(error)")
        }
    }
}
