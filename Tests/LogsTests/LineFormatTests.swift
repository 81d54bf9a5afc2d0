import Foundation
import Logs
import Model
import Testing

@Suite struct LineFormatTests {
    let api = ServiceName("api")
    let time = Timestamp(microseconds: 1_795_438_440_125_999)

    private func text(_ line: LogLine) -> String {
        var bytes: [UInt8] = []
        LineFormat.append(line, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func linesNameTimeServiceAndStage() {
        #expect(time.description == "2026-11-23T12:54:00.125Z")
        #expect(text(LogLine("hello", service: api, stage: .build, time: time)) == "12:54:00.125 api/build | hello\n")
        #expect(text(LogLine("hello", service: api, time: time)) == "12:54:00.125 api/- | hello\n")
        #expect(text(LogLine("hello", time: time)) == "12:54:00.125 - | hello\n")
        let kong = ServiceName("gateway/kong")
        #expect(text(LogLine("", service: kong, stage: .test, time: time)) == "12:54:00.125 gateway/kong/test | \n")
    }

    @Test func theClockAgreesWithTheTimestampsOwn() {
        for _ in 0..<500 {
            let time = Timestamp(microseconds: .random(in: -10_000_000_000_000...4_000_000_000_000_000))
            let expected = time.description.split(separator: "T")[1].dropLast()
            #expect(text(LogLine("x", time: time)) == "\(expected) - | x\n")
        }
    }

    @Test func noTextPosesAsAnotherLine() {
        let forged = LogLine("one\n12:54:00.125 web/build | forged\r\n\nend\n", service: api, stage: .build, time: time)
        #expect(
            text(forged) == """
                12:54:00.125 api/build | one
                12:54:00.125 api/build | 12:54:00.125 web/build | forged
                12:54:00.125 api/build |\u{20}
                12:54:00.125 api/build | end

                """)
        let stage = Stage(rawValue: "a | b/c\nd")
        #expect(text(LogLine("x", service: api, stage: stage, time: time)) == "12:54:00.125 api/a_|_b_c_d | x\n")
    }

    @Test func theHostsOwnWarningsSaySo() {
        #expect(
            text(LogLine("low on space", level: .warning, time: time)) == "12:54:00.125 - | warning: low on space\n")
        #expect(
            text(LogLine("a.swift:1: error: x", level: .error, time: time)) == "12:54:00.125 - | a.swift:1: error: x\n")
        let tool = LogLine("not ours", level: .error, stream: .stderr, time: time)
        #expect(text(tool) == "12:54:00.125 - | not ours\n")
    }

    private struct Decoded: Decodable {
        var time: String
        var level: String
        var service: String?
        var stage: String?
        var stream: String
        var message: String
    }

    @Test(arguments: [
        "plain", "quote \" and \\ and / and\ttab", "line\nend\r\u{0}\u{1}\u{1F}\u{7F}\u{9B}", "\u{202E}\u{FEFF}é漢👩‍👩‍👧",
        "\u{E0001}\u{E007F}", "",
    ])
    func jsonLinesAreReadAsTheyWereMeant(message: String) throws {
        let line = LogLine(message, level: .warning, stream: .stderr, service: api, stage: .test, time: time)
        var bytes: [UInt8] = []
        JSONLine.append(line, to: &bytes)
        #expect(bytes.last == UInt8(ascii: "\n") && bytes.filter { $0 < 32 }.count == 1)
        let decoded = try JSONDecoder().decode(Decoded.self, from: Data(bytes))
        #expect(decoded.message.unicodeScalars.elementsEqual(message.unicodeScalars))
        #expect(decoded.time == "2026-11-23T12:54:00.125Z" && decoded.level == "warning")
        #expect(decoded.service == "api" && decoded.stage == "test" && decoded.stream == "stderr")
    }

    @Test func aLineAboutNoServiceHasNoSuchMember() {
        var bytes: [UInt8] = []
        JSONLine.append(LogLine("x", time: time), to: &bytes)
        let expected =
            #"{"time":"2026-11-23T12:54:00.125Z","level":"info","stream":"host","message":"x"}"# + "\n"
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func theJournalHearsPriorities() {
        let levels: [(LogLine.Level, Int)] = [(.error, 3), (.warning, 4), (.info, 6), (.debug, 7)]
        for (level, priority) in levels {
            var bytes: [UInt8] = []
            let line = LogLine("a\u{1B}[31m\nb", level: level, service: api, stage: .build)
            LineStyle.append(line, style: .journal, to: &bytes)
            #expect(
                String(decoding: bytes, as: UTF8.self)
                    == "<\(priority)>api/build | a\n<\(priority)>api/build | b\n")
        }
    }
}
