import Diagnostics
import Foundation
import Model
import TestSupport
import Testing

/// What outsiders write can be anything. These end the process when a reader traps; each also says what must hold
/// of the answer.
@Suite struct FuzzTests {
    @Test(arguments: Fixture.all) func mutatedOutputIsReadWithoutATrap(_ fixture: Fixture) {
        var random = SeededRandom(seed: 20_261_123)
        for file in ["stdout.txt", "stderr.txt"] where !fixture.bytes(file).isEmpty {
            for _ in 0..<25 {
                let text = random.mutation(of: fixture.bytes(file))
                var parser = SwiftOutputParser(paths: fixture.paths)
                _ = parser.consume(text, from: .stdout)
                _ = parser.finish(.exited(code: 1))
                // A failed run is never silent, whatever was left of its words.
                let errors = parser.diagnostics.filter(\.isError)
                #expect(!errors.isEmpty)
                for diagnostic in parser.diagnostics { expectClean(diagnostic) }
            }
        }
    }

    @Test func randomBytesAreReadWithoutATrap() {
        var random = SeededRandom(seed: 7)
        for length in [0, 1, 10, 1000, 100_000] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            var parser = SwiftOutputParser(paths: PathMapper(sourceDirectory: "/srv/deploy/repos/x"))
            _ = parser.consume(bytes, from: .stdout)
            _ = parser.finish(.exited(code: 0))
            for diagnostic in parser.diagnostics { expectClean(diagnostic) }
        }
    }

    @Test func mutatedSerializedDiagnosticsEndInAnErrorOrAnAnswer() throws {
        var random = SeededRandom(seed: 3)
        var damaged = 0
        for fixture in Fixture.all {
            for file in fixture.files(ending: ".dia") {
                for _ in 0..<40 {
                    let bytes = random.mutation(of: fixture.bytes(file))
                    do {
                        _ = try SerializedDiagnostics(bytes, paths: fixture.paths)
                    } catch {
                        #expect(error.code.rawValue == "dia.damaged")
                        damaged += 1
                    }
                }
            }
        }
        #expect(damaged > 100)
    }

    @Test func everyBeginningOfASerializedFileIsReadWithoutATrap() {
        let fixture = Fixture.named("sendable")
        let whole = fixture.bytes("Cache.dia")
        #expect(!whole.isEmpty)
        for length in 0..<whole.count {
            _ = try? SerializedDiagnostics(Array(whole.prefix(length)), paths: fixture.paths)
        }
    }

    @Test func mutatedReportsAreReadWithoutATrap() {
        var random = SeededRandom(seed: 11)
        let testing = Fixture.named("swift-testing-failure")
        let crash = Fixture.named("index-out-of-range")
        for _ in 0..<60 {
            var stream = TestEventStream(paths: testing.paths)
            stream.consume(random.mutation(of: testing.bytes("events-6.3.jsonl")))
            let run = stream.finish()
            #expect(run.report.count(.failed) <= 20)
            _ = try? CrashReport(json: random.mutation(of: crash.bytes("backtrace.json")), paths: crash.paths)
        }
    }

    /// Sixteen times the input may take sixteen times the time. The bound lies between that and the 256 times of
    /// anything quadratic, far from both.
    @Test(arguments: Hostile.allCases) func timeGrowsWithTheInputAndNotWithItsSquare(_ hostile: Hostile) {
        func seconds(_ size: Int) -> Double {
            let bytes = hostile.text(size)
            let start = threadSeconds()
            var parser = SwiftOutputParser(paths: PathMapper(sourceDirectory: "/srv/deploy/repos/x"))
            _ = parser.consume(bytes, from: .stdout)
            _ = parser.finish(.exited(code: 1))
            return threadSeconds() - start
        }
        let small = max(seconds(10_000), 0.002)
        #expect(seconds(160_000) < small * 90)
    }

    /// Of this thread's own work: other tests run beside this one.
    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    enum Hostile: CaseIterable {
        case notes, colons, snippet, started, findings, paths, longLine, swiftTesting, crash
        func text(_ size: Int) -> [UInt8] {
            let (head, line) =
                switch self {
                case .notes: ("/a/b.swift:1:1: error: x\n", "/a/b.swift:1:1: note: N\n")
                case .colons: ("", ": : : : : : : : error\n")
                case .snippet: ("/a/b.swift:1:1: error: x\n", "1 | `- note: N\n  |  `- note: N\n")
                case .started: ("", "Test Case 'A.bN' started at 1\n")
                case .findings: ("", "/a/b.swift:N:1: error: x\n")
                case .paths: ("", "error: /srv/deploy/repos/x//srv/deploy/repos/x/ N\n")
                case .longLine: ("error: ", "/srv/deploy/repos/x/: error: ")
                case .swiftTesting: ("", "◇ Test tN() started.\n")
                case .crash:
                    ("Fatal error: x\nThread 0 \"a\" crashed:\n", "  1 [ra] 0x1 f() + 1 in App at /a/b.swift:1:1\n")
                }
            var text = head
            var number = 0
            while text.utf8.count < size {
                number += 1
                text += line.split(separator: "N", omittingEmptySubsequences: false).joined(separator: "\(number)")
            }
            return Array(text.utf8)
        }
    }

    private func expectClean(_ diagnostic: Diagnostic) {
        for text in [diagnostic.message, diagnostic.location?.file ?? "", diagnostic.detail ?? ""] {
            #expect(text == TextScrubber.scrub(text))
        }
        #expect(!diagnostic.code.isEmpty)
        if let line = diagnostic.location?.line { #expect(line >= 1) }
        if let column = diagnostic.location?.column { #expect(column >= 1) }
    }
}
