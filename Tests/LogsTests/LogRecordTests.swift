import Logs
import Model
import Testing

@Suite struct LogRecordTests {
    let begun = LogRecord.begun("build-20261123-235930.log")

    @Test(arguments: [
        ("build-20261123-125400.log", "2026-11-23T12:54:00.000Z"),
        ("build-20240229-000000-2.log", "2024-02-29T00:00:00.000Z"),
        ("build-19700101-000001.log", "1970-01-01T00:00:01.000Z"),
    ]) func aLogsNameSaysWhenItWasBegun(name: String, time: String) {
        #expect(LogRecord.begun(name)?.description == time)
    }

    @Test(arguments: ["latest.log", "build-.log", "build-2026-12.log", "", "build-20261123-12540x.log"])
    func otherNamesDoNot(name: String) { #expect(LogRecord.begun(name) == nil) }

    @Test func aLineIsTakenApart() {
        func record(_ service: ServiceName?, _ stage: Stage?, _ text: String, _ level: LogLine.Level = .info)
            -> LogRecord
        {
            var bytes: [UInt8] = []
            let time = Timestamp(microseconds: 1_795_478_375_125_000)
            LineFormat.append(LogLine(text, level: level, service: service, stage: stage, time: time), to: &bytes)
            return LogRecord(build: String(decoding: bytes.dropLast(), as: UTF8.self), begun: begun)
        }
        let whole = record(ServiceName("gateway/kong"), .build, "a | b", .warning)
        #expect(whole.time == "2026-11-23T23:59:35.125Z" && whole.level == "warning")
        #expect(whole.service == "gateway/kong" && whole.stage == "build" && whole.message == "warning: a | b")
        let ofService = record(ServiceName("api"), nil, "é")
        #expect(
            ofService.service == "api" && ofService.stage == nil && ofService.message == "é" && ofService.level == nil)
        let ofNone = record(nil, nil, "")
        #expect(ofNone.service == nil && ofNone.message == "")
    }

    @Test func aLineBehindMidnightIsOfTheNextDay() {
        let line = LogRecord(build: "00:00:10.000 - | late", begun: begun)
        #expect(line.time == "2026-11-24T00:00:10.000Z")
        #expect(LogRecord(build: "00:00:10.000 - | late", begun: nil).time == nil)
    }

    @Test(arguments: ["", "text", "12:54:00.125 a b | c", "12:54:00.125 é", "1é:54:00.125 a | b", "12:54:00.125 -"])
    func anyOtherLineIsAMessage(line: String) {
        #expect(LogRecord(build: line, begun: begun) == LogRecord(build: line, begun: nil))
        #expect(LogRecord(build: line, begun: begun).message == line)
    }

    @Test func aRuntimeLineHasItsTime() throws {
        let api = try #require(ServiceName("api"))
        let line = LogRecord(runtime: "2026-11-23T12:54:00.125Z listening é", service: api)
        #expect(line.time == "2026-11-23T12:54:00.125Z" && line.message == "listening é" && line.service == "api")
        #expect(LogRecord(runtime: "2026-11-23T12:54:00.125Z ", service: api).message == "")
        #expect(LogRecord(runtime: "bare", service: api).message == "bare")
    }
}
