import Model
import Stages
import SupervisorCore
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// From bytes to the file and to events.
@Suite struct ProcessOutputTests {
    final class Lines: Sendable {
        private let lines = Mutex<[LogLine]>([])
        func take(_ event: StageEvent) {
            if case .log(let line) = event { lines.withLock { $0.append(line) } }
        }
        var all: [LogLine] { lines.withLock { $0 } }
        var texts: [String] { all.map(\.text) }
    }

    static func feed(_ capture: OutputCapture, _ pieces: [(ProcessOutput, String)]) {
        for (stream, text) in pieces { Array(text.utf8).withUnsafeBytes { capture.receive(stream, $0) } }
        capture.finish()
    }

    @Test func linesBecomeEventsHoweverTheyAreCut() {
        let text = "first\nsecond\r\n\nümläut\nlast"
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let lines = Lines()
            let output = StageOutput(file: nil, events: lines.take)
            let capture = OutputCapture(output)
            bytes[..<cut].withUnsafeBytes { capture.receive(.standardOutput, $0) }
            bytes[cut...].withUnsafeBytes { capture.receive(.standardOutput, $0) }
            capture.finish()
            output.finish()
            #expect(lines.texts == ["first", "second", "", "ümläut", "last"])
        }
    }

    @Test func streamsAreNamedAndDoNotCutEachOthersLines() async throws {
        try await ScratchDirectory.with { folder in
            let lines = Lines()
            let output = StageOutput(stage: .build, file: "\(folder)/log", events: lines.take)
            Self.feed(
                OutputCapture(output),
                [
                    (.standardOutput, "out begins, "), (.standardError, "err whole\n"),
                    (.standardOutput, "out ends\nmore"), (.standardError, "tail"),
                ])
            output.finish()
            #expect(lines.texts == ["err whole", "out begins, out ends", "more", "tail"])
            #expect(lines.all.map(\.stream) == [.stderr, .stdout, .stdout, .stderr])
            #expect(lines.all.allSatisfy { $0.stage == .build })
            let file = String(decoding: Files.read("\(folder)/log") ?? [], as: UTF8.self)
            #expect(file == "err whole\nout begins, out ends\nmore\ntail\n")
        }
    }

    @Test func whatIsNoUTF8StaysInTheFileAndIsRepairedInEvents() async throws {
        try await ScratchDirectory.with { folder in
            let lines = Lines()
            let output = StageOutput(file: "\(folder)/log", events: lines.take)
            let capture = OutputCapture(output)
            let bytes: [UInt8] = [0x61, 0xff, 0xfe, 0x62, 0x0a]
            bytes.withUnsafeBytes { capture.receive(.standardOutput, $0) }
            capture.finish()
            output.finish()
            #expect(lines.texts == ["a\u{fffd}\u{fffd}b"])
            #expect(Files.read("\(folder)/log") == bytes)
        }
    }

    @Test func anEndlessLineComesInPiecesAndIsWholeInTheFile() async throws {
        try await ScratchDirectory.with { folder in
            let lines = Lines()
            var options = StageOutput.Options()
            options.lineBytes = 100
            let output = StageOutput(file: "\(folder)/log", options: options, events: lines.take)
            let text = String(repeating: "x", count: 1234)
            Self.feed(OutputCapture(output), [(.standardOutput, text)])
            Self.feed(OutputCapture(output), [(.standardOutput, text), (.standardOutput, "\nnext\n")])
            output.finish()
            #expect(lines.texts.joined() == text + text + "next")
            #expect(lines.texts.allSatisfy { (1...100).contains($0.utf8.count) })
            let file = String(decoding: Files.read("\(folder)/log") ?? [], as: UTF8.self)
            #expect(file == "\(text)\n\(text)\nnext\n")
        }
    }

    /// 100,000 lines, of which ten may be shown and the last five are.
    private static func flood(_ file: String, fileBytes: Int? = nil) -> (Lines, StageOutput.Summary) {
        let lines = Lines()
        var options = StageOutput.Options()
        options.lines = 10
        options.tailLines = 5
        if let fileBytes { options.fileBytes = fileBytes }
        let output = StageOutput(file: file, options: options, events: lines.take)
        let capture = OutputCapture(output)
        for number in 0..<100_000 {
            Array("line \(number)\n".utf8).withUnsafeBytes { capture.receive(.standardOutput, $0) }
        }
        capture.finish()
        return (lines, output.finish())
    }

    @Test func aFloodShowsItsBeginningACounterAndItsEnd() async throws {
        try await ScratchDirectory.with { folder in
            let (lines, summary) = Self.flood("\(folder)/log")
            #expect(summary.lines == 100_000)
            #expect(summary.withheld == 100_000 - 15)
            #expect(lines.texts.prefix(10) == (0..<10).map { "line \($0)" }[...])
            #expect(lines.texts.suffix(5) == (99_995..<100_000).map { "line \($0)" }[...])
            #expect(lines.texts.dropFirst(10).first?.contains("\(folder)/log") == true)
            #expect(lines.texts.contains { $0.contains("\(100_000 - 15) lines are not shown") })
            // Beginning, notice, at most a counter every two seconds, note, end.
            #expect(lines.texts.count < 40)
            let file = Files.read("\(folder)/log") ?? []
            #expect(file.count { $0 == 10 } == 100_000)
        }
    }

    @Test func theFileKeepsTheBeginningAndTheEndOfMoreThanItMayTake() async throws {
        try await ScratchDirectory.with { folder in
            let (lines, summary) = Self.flood("\(folder)/log", fileBytes: 20_000)
            let file = String(decoding: Files.read("\(folder)/log") ?? [], as: UTF8.self)
            #expect(file.utf8.count < 20_300)
            #expect(file.hasPrefix("line 0\nline 1\n") && file.hasSuffix("line 99998\nline 99999\n"))
            #expect(summary.leftOut > 1_000_000 && summary.fileError == nil)
            #expect(file.contains("… \(summary.leftOut) bytes are left out here\n"))
            let whole = file.split(separator: "\n").filter { $0.hasPrefix("line ") }
            let kept = whole.reduce(0) { $0 + $1.utf8.count + 1 }
            #expect(kept + summary.leftOut == summary.bytes)
            #expect(whole.allSatisfy { Int($0.dropFirst(5)) != nil }, "no line is cut")
            let said = try #require(lines.all.last { $0.level == .warning })
            #expect(said.text.contains("\(summary.leftOut) of the \(summary.bytes) bytes"))
        }
    }

    @Test func aFloodOfBytesInFewLinesIsAFloodToo() {
        let lines = Lines()
        var options = StageOutput.Options()
        options.bytes = 10_000
        options.tailBytes = 2000
        let output = StageOutput(file: nil, options: options, events: lines.take)
        let capture = OutputCapture(output)
        let line = Array((String(repeating: "y", count: 999) + "\n").utf8)
        for _ in 0..<5000 { line.withUnsafeBytes { capture.receive(.standardError, $0) } }
        capture.finish()
        output.finish()
        #expect(lines.texts.reduce(0) { $0 + $1.utf8.count } < 30_000)
        #expect(lines.all.last?.text.utf8.count == 999)
    }

    @Test func aFullDiskIsSaidOnceAndStopsNothing() {
        let lines = Lines()
        let output = StageOutput(file: "/dev/full", events: lines.take)
        Self.feed(OutputCapture(output), [(.standardOutput, "one\n"), (.standardOutput, "two\n")])
        let summary = output.finish()
        #expect(summary.fileError?.contains("/dev/full") == true)
        #expect(lines.texts.filter { $0.contains("not kept") }.count == 1)
        #expect(lines.texts.contains("one") && lines.texts.contains("two"))
    }

    @Test func aFileThatCannotBeMadeIsSaid() {
        let lines = Lines()
        let output = StageOutput(file: "/nowhere/log", events: lines.take)
        Self.feed(OutputCapture(output), [(.standardOutput, "one\n")])
        #expect(output.finish().fileError != nil)
        #expect(lines.texts.count == 2)
    }

    @Test func secretsAreMaskedInEventsAndFileWhereverTheyAreCut() async throws {
        try await ScratchDirectory.with { folder in
            let text = Array("token=hunter2hunter2 and hunter2hunter2\n".utf8)
            for cut in 0...text.count {
                let lines = Lines()
                let path = "\(folder)/log-\(cut)"
                let output = StageOutput(file: path, events: lines.take)
                let capture = OutputCapture(output, mask: OutputMask.each(hiding: SecretMasker(["hunter2hunter2"])))
                text[..<cut].withUnsafeBytes { capture.receive(.standardOutput, $0) }
                text[cut...].withUnsafeBytes { capture.receive(.standardOutput, $0) }
                capture.finish()
                output.finish()
                #expect(lines.texts == ["token=*** and ***"])
                #expect(Files.read(path) == Array("token=*** and ***\n".utf8))
            }
        }
    }

    @Test func severalCommandsShareOneStagesOutput() async throws {
        try await ScratchDirectory.with { folder in
            let lines = Lines()
            let output = StageOutput(file: "\(folder)/log", events: lines.take)
            let runner = ProcessRunner(groups: .none)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        let capture = OutputCapture(output)
                        _ = await runner.run(
                            ProcessRunnerTests.shell(
                                "i=0; while [ $i -lt 500 ]; do echo \(number) $i; i=$((i+1)); done")
                        ) { capture.receive($0, $1) }
                        capture.finish()
                    }
                }
            }
            output.finish()
            let file = String(decoding: Files.read("\(folder)/log") ?? [], as: UTF8.self).split(separator: "\n")
            #expect(Set(file).count == 2000)
            #expect(file.map(String.init) == lines.texts)
        }
    }
}
