import Diagnostics
import Foundation
import Model
import Testing

/// One recorded run below `Fixtures/`: what real tools printed and left behind for a small broken package.
struct Fixture: Sendable, CustomTestStringConvertible {
    let name: String
    let folder: URL
    var testDescription: String { name }

    static let root: URL = Bundle.module.resourceURL?.appendingPathComponent("Fixtures") ?? URL(fileURLWithPath: "/")

    static let all: [Fixture] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.sorted().filter { !$0.contains(".") }.map {
            Fixture(name: $0, folder: root.appendingPathComponent($0))
        }
    }()

    static func named(_ name: String) -> Fixture { Fixture(name: name, folder: root.appendingPathComponent(name)) }

    func bytes(_ file: String) -> [UInt8] {
        (try? Data(contentsOf: folder.appendingPathComponent(file))).map(Array.init) ?? []
    }

    func text(_ file: String) -> String { String(decoding: bytes(file), as: UTF8.self) }

    func files(ending suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(suffix) }
            .sorted()
    }

    var paths: PathMapper { PathMapper(sourceDirectory: "/srv/deploy/repos/\(name)") }

    var termination: ToolTermination {
        let code = Int32(text("exit.txt").trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
        return code > 128 ? .signalled(number: code - 128) : .exited(code: code)
    }

    /// The console's output alone, fed in pieces whose sizes `pieces` gives in turn.
    func console(pieces: [Int] = [4096]) -> SwiftOutputParser {
        var parser = SwiftOutputParser(paths: paths, stage: .build)
        var turn = 0
        for (file, stream) in [("stdout.txt", LogLine.Stream.stdout), ("stderr.txt", .stderr)] {
            var rest = bytes(file)[...]
            while !rest.isEmpty {
                let size = max(1, pieces[turn % pieces.count])
                turn += 1
                _ = parser.consume(rest.prefix(size), from: stream)
                rest = rest.dropFirst(size)
            }
        }
        _ = parser.finish(termination)
        return parser
    }

    /// Everything the run left, together.
    func findings() throws -> ToolFindings {
        let console = console()
        var serialized: [Diagnostic] = []
        for file in files(ending: ".dia") {
            serialized += try SerializedDiagnostics(bytes(file), paths: paths, stage: .build).diagnostics
        }
        var events: TestRun?
        if !bytes("events-6.3.jsonl").isEmpty {
            var stream = TestEventStream(paths: paths, stage: .build)
            stream.consume(bytes("events-6.3.jsonl"))
            events = stream.finish(termination, crashReason: console.crashReason)
        }
        var crashes: [CrashReport] = []
        if !bytes("backtrace.json").isEmpty {
            crashes = [try CrashReport(json: bytes("backtrace.json"), paths: paths)]
        }
        return ToolFindings(
            console: console, serialized: serialized, events: events, crashes: crashes, stage: .build)
    }
}

/// What a fixture's `expected.json` holds.
struct Expectation: Codable, Equatable {
    /// Of the console's text alone.
    var printed: [Diagnostic]
    /// With what `.dia` files, event stream and crash report add; absent where there are none of them.
    var combined: [Diagnostic]?
    var tests: TestReport?

    init(_ fixture: Fixture) throws {
        let all = try fixture.findings()
        printed = fixture.console().diagnostics
        combined = all.diagnostics == printed ? nil : all.diagnostics
        tests = all.tests?.withoutDurations
    }
}

extension TestReport {
    /// Durations differ from run to run; that they are read at all is tested on its own.
    var withoutDurations: TestReport {
        var report = self
        for suite in report.suites.indices {
            for test in report.suites[suite].cases.indices { report.suites[suite].cases[test].duration = 0 }
        }
        return report
    }
}
