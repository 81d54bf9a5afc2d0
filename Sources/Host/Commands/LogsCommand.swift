import ArgumentParser
import Documents
import History
import Logs
import Model
import Pipeline
import Settings
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct LogsCommand: AsyncParsableCommand, PrintingCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show the newest build log, or what a service prints.",
        discussion:
            "Without a service: the build log of the newest cycle. With one: its runtime log, or with --build its lines of the build log. With --json, one object a line."
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "A service.")
    var service: String?
    @Flag(name: .shortAndLong, help: "Go on as it grows.")
    var follow = false
    @Flag(help: "The service's lines of the build log.")
    var build = false
    @Option(name: .shortAndLong, help: "Begin with the last lines.")
    var lines: Int?
    @OptionGroup var output: JSONOption

    func run() async throws {
        let layout = try common.invocation().layout
        var name: ServiceName?
        if let service {
            guard let valid = ServiceName(service) else {
                throw Failure(.init("usage.service"), "'\(service)' is no service name", remedy: "see `host status`")
            }
            name = valid
        }
        let runtime = name.map { "\(layout.logs)/runtime-\($0.fileName).log" }
        let path = build ? layout.latestLog : runtime ?? layout.latestLog
        guard follow || FileManager.default.fileExists(atPath: path) else {
            if let name { try await Self.checkIsKnown(name, layout) }
            guard let name, !build else {
                throw Failure(
                    .init("logs.none"), "there is no '\(path)' yet", remedy: "no cycle has deployed anything here")
            }
            throw Failure(
                .init("logs.none"),
                "the deployer keeps no process of '\(name)' running, so what it prints does not come to '\(path)'",
                remedy: "\(await Self.otherPlaces(name, layout)); --build shows its lines of the build log")
        }
        let tail = LogTail(path: path, service: build ? name : nil, last: lines, follows: follow)
        let ofRun = build ? nil : name
        for try await line in tail {
            if output.json {
                print(try Self.json(ofRun.map { LogRecord(runtime: line, service: $0) } ?? Self.record(line, path)))
            } else {
                print(TerminalText.neutralised(line))
            }
            // Whoever follows through a pipe is to see each line as it comes.
            if follow { Terminal.flush() }
        }
    }

    /// Throws for a service that nobody has heard of here.
    private static func checkIsKnown(_ name: ServiceName, _ layout: WorkspaceLayout) async throws(Failure) {
        guard let history = try? await HistoryStore.openReadOnly(at: layout.history) else { return }
        let states = try await history.states()
        let planned = try await ServiceRegister.planned(history)
        await history.close()
        let names = Set(states.keys).union(planned ?? []).map(\.text).sorted()
        guard !names.contains(name.text) else { return }
        let near = Spelling.nearest(to: name.text, among: names).map { "did you mean '\($0)'?" }
        throw Failure(
            .init("usage.service"), "there is no service '\(name)' here", remedy: near ?? "`host status` lists them")
    }

    /// Where to look for what a service prints that its plugin, or the operator's own script, started.
    private static func otherPlaces(_ name: ServiceName, _ layout: WorkspaceLayout) async -> String {
        let script = "\(layout.logs)/restart-\(name.fileName).log"
        if FileManager.default.fileExists(atPath: script) { return "its restart script's output is in '\(script)'" }
        guard let history = try? await HistoryStore.openReadOnly(at: layout.history) else {
            return "it was not deployed yet"
        }
        let kind = try? await KnownServices.load(history).meanings[name]?.kind
        let cycles = (try? await history.cycles(limit: 20, before: nil, service: name)) ?? []
        await history.close()
        let outputs = cycles.lazy.flatMap(\.services).filter { $0.service == name }.flatMap(\.stages).map(\.outputs)
        if kind == "compose", let project = outputs.compactMap({ $0["project"] }).first {
            return "its containers keep it: `docker compose -p \(project) logs`, or the same with `podman compose`"
        }
        let whose = kind.map { "the plugin of kind '\($0)'" } ?? "its plugin"
        return "\(whose) runs it, if anything of it runs: ask the engine or the unit that it deploys to"
    }

    /// The link is looked at for each line: it is another log's from one cycle to the next.
    private static func record(_ line: String, _ path: String) -> LogRecord {
        let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? path
        return LogRecord(
            build: line, begun: LogRecord.begun(target.split(separator: "/").last.map(String.init) ?? target))
    }

    private static func json(_ record: LogRecord) throws(Failure) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(record), as: UTF8.self)
        } catch {
            throw Failure(.init("output.json"), "the line cannot be written as JSON", cause: "\(error)")
        }
    }
}
