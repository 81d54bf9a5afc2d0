import Logs
import Model
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct ConsoleTests {
    let api = ServiceName("api")!
    let web = ServiceName("web")!
    let time = Timestamp(microseconds: 1_795_438_440_125_999)

    @Test func aColouredTerminalLooksLikeThis() async throws {
        let terminal = try Terminal(columns: 80)
        let console = Console(descriptor: terminal.program, style: .terminal(colour: true), now: { [time] in time })
        console.write(LogLine("== build of api begins ==", service: api, stage: .build, time: time))
        console.write(
            LogLine("compiling\u{1B}[2J\u{1B}]0;owned\u{7}", stream: .stdout, service: api, stage: .build, time: time))
        console.write(LogLine("no such module", level: .error, service: api, stage: .build, time: time))
        console.write(LogLine("low on space", level: .warning, time: time))
        await console.close()
        let text = try await terminal.text { $0.contains("space") }
        #expect(
            text
                == [
                    "\u{1B}[2m12:54:00.125\u{1B}[0m \u{1B}[92mapi/build\u{1B}[0m | \u{1B}[1m== build of api begins ==\u{1B}[0m\n",
                    "\u{1B}[2m12:54:00.125\u{1B}[0m \u{1B}[92mapi/build\u{1B}[0m | compiling\n",
                    "\u{1B}[2m12:54:00.125\u{1B}[0m \u{1B}[92mapi/build\u{1B}[0m | \u{1B}[31merror: no such module\u{1B}[0m\n",
                    "\u{1B}[2m12:54:00.125\u{1B}[0m \u{1B}[2m-\u{1B}[0m | \u{1B}[33mwarning: low on space\u{1B}[0m\n",
                ].joined())
    }

    @Test func theProgressLineStaysBelowTheLines() async throws {
        let terminal = try Terminal(columns: 60)
        let console = Console(descriptor: terminal.program, style: .terminal(colour: false), now: { [time] in time })
        console.stageBegan(api, .build)
        console.progress(api, .build, share: 0.345, message: "Compiling\u{1B}[2J App")
        console.stageBegan(web, .test)
        var seen = try await terminal.text { $0.contains("web/test") }
        #expect(Terminal.rows(seen).last == "api/build 34% 0 s Compiling App · web/test 0 s")

        for number in 1...3 { console.write(LogLine("line \(number)", service: api, stage: .build, time: time)) }
        seen += try await terminal.text { $0.contains("line 3") && $0.hasSuffix("0 s") }
        #expect(
            Terminal.rows(seen) == [
                "12:54:00.125 api/build | line 1", "12:54:00.125 api/build | line 2", "12:54:00.125 api/build | line 3",
                "api/build 34% 0 s Compiling App · web/test 0 s",
            ])

        console.stageEnded(api, .build)
        console.write(LogLine("done", service: web, stage: .test, time: time))
        await console.close()
        seen += try await terminal.text { $0.contains("done") }
        #expect(Terminal.rows(seen).suffix(2) == ["12:54:00.125 web/test | done", ""], "nothing stays behind")
    }

    @Test func aNarrowTerminalCutsTheProgressLine() async throws {
        let terminal = try Terminal(columns: 20)
        let console = Console(descriptor: terminal.program, style: .terminal(colour: false), now: { [time] in time })
        console.stageBegan(api, .build)
        console.progress(api, .build, share: nil, message: "漢字漢字漢字漢字漢字")
        let text = try await terminal.text { $0.contains("漢") }
        let row = try #require(Terminal.rows(text).last)
        #expect(row == "api/build 0 s 漢字…" && TerminalText.width(row) <= 19)
        terminal.resize(60)
        let wider = try await terminal.text { $0.contains("漢字漢字漢字漢字漢字") }
        #expect(Terminal.rows(wider).last == "api/build 0 s 漢字漢字漢字漢字漢字", "a new width is seen at the next drawing")
        await console.close()
    }

    @Test func redrawingIsLimited() async throws {
        let terminal = try Terminal(columns: 80)
        let console = Console(descriptor: terminal.program, style: .terminal(colour: false), now: { [time] in time })
        console.stageBegan(api, .build)
        let clock = ContinuousClock()
        let began = clock.now
        var text = ""
        for number in 0..<2000 {
            console.progress(api, .build, share: Double(number) / 2000, message: "step \(number)")
            if number % 100 == 0 {
                try await Task.sleep(for: .milliseconds(10))
                text += try await terminal.text()
            }
        }
        let spent = clock.now - began
        await console.close()
        text += try await terminal.text { $0.hasSuffix("\u{1B}[2K") }
        let drawings = text.split(separator: "\u{1B}[2K").count
        #expect(drawings <= Int(spent.inSeconds * 11) + 4, "\(drawings) drawings in \(spent)")
    }

    @Test func aStoppedTerminalHoldsNobodyUp() async throws {
        let terminal = try Terminal(columns: 80)
        let console = Console(descriptor: terminal.program, style: .terminal(colour: false))
        let line = LogLine(String(repeating: "x", count: 1000), time: time)
        // Nobody reads: the kernel's buffer is full after some 4 KB, the console's after 8 MB.
        for _ in 0..<20_000 { console.write(line) }
        await console.close()
        let text = try await terminal.text { $0.count > 9_000_000 || $0.contains("not shown here") }
        #expect(text.contains(" lines are not shown here; the build log has them)") || text.count < 9_000_000)
    }

    @Test func withoutATerminalThereIsNoProgressLine() async throws {
        for style in [ConsoleStyle.plain, .json, .journal] {
            try await ScratchDirectory.with { folder in
                let descriptor = open("\(folder)/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
                let console = Console(descriptor: descriptor, style: style)
                console.stageBegan(api, .build)
                console.progress(api, .build, share: 0.5, message: "half")
                console.write(LogLine("a\u{1B}[2Jb", service: api, stage: .build, time: time))
                console.stageEnded(api, .build)
                await console.close()
                #expect(fcntl(descriptor, F_GETFD) >= 0, "the descriptor is the caller's")
                close(descriptor)
                let text = String(decoding: try Disk.read("\(folder)/out"), as: UTF8.self)
                switch style {
                case .plain: #expect(text == "12:54:00.125 api/build | ab\n")
                case .journal: #expect(text == "<6>api/build | ab\n")
                default:
                    #expect(text.contains(#""message":"a\u001b[2Jb""#) && text.hasSuffix("}\n"))
                    #expect(text.split(separator: "\n").count == 1)
                }
            }
        }
    }

    @Test func theStyleFollowsWhereTheLinesGo() async throws {
        let terminal = try Terminal(columns: 80)
        func detect(_ environment: [String: String] = [:], _ format: ConsoleStyle.Format = .auto, _ fd: Int32? = nil)
            -> ConsoleStyle
        {
            ConsoleStyle.detect(format: format, descriptor: fd ?? terminal.program, environment: environment)
        }
        #expect(detect() == .terminal(colour: true))
        #expect(detect(["NO_COLOR": "1"]) == .terminal(colour: false))
        #expect(detect(["NO_COLOR": ""]) == .terminal(colour: true))
        #expect(detect(["TERM": "dumb"]) == .plain)
        #expect(detect([:], .json) == .json)
        #expect(detect([:], .plain) == .plain)
        #expect(ConsoleStyle.width(of: terminal.program) == 80)
        try await ScratchDirectory.with { folder in
            let file = open("\(folder)/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            defer { close(file) }
            var status = stat()
            #expect(fstat(file, &status) == 0)
            let stream = "\(status.st_dev):\(status.st_ino)"
            #expect(detect([:], .auto, file) == .plain)
            #expect(detect(["JOURNAL_STREAM": stream], .auto, file) == .journal)
            #expect(detect(["JOURNAL_STREAM": "1:1"], .auto, file) == .plain, "inherited, but this is redirected")
            #expect(detect(["JOURNAL_STREAM": stream], .json, file) == .json)
            #expect(ConsoleStyle.width(of: file) == nil)
            try await Task.sleep(for: .zero)
        }
    }
}
