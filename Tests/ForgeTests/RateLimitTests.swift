import Model
import Net
import Testing

@testable import Forge

@Suite struct RateLimitTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    private func read(_ status: Int, _ headers: [String: String], _ body: String = "{}", strikes: Int = 0) -> RateLimit?
    {
        RateLimit.read(
            .init(status: status, headers: headers.map { .init($0.key, $0.value) }, body: Array(body.utf8)), now: now,
            strikes: strikes)
    }

    @Test("Every way in which forges ask for a pause is kept, by the forge's own clock")
    func pauses() {
        // GitHub, primary: until the reset, also after a good answer that used the last one up.
        let headers = ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000090"]
        #expect(read(403, headers)?.pause == .seconds(90))
        #expect(read(200, headers)?.pause == .seconds(90))
        #expect(read(200, ["x-ratelimit-remaining": "1", "x-ratelimit-reset": "1800000090"]) == nil)
        // Our clock is an hour late.
        #expect(
            read(429, headers.merging(["Date": "Fri, 15 Jan 2027 08:01:00 GMT"]) { $1 })?.pause == .seconds(30))
        // GitHub, secondary: with a time, and without one longer each time.
        #expect(read(403, ["retry-after": "17"])?.pause == .seconds(17))
        let words = #"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes"}"#
        #expect(
            read(403, [:], words)
                == RateLimit(pause: .seconds(60), reason: "it takes no more requests for now", isVague: true))
        #expect(read(403, [:], words, strikes: 3)?.pause == .seconds(480))
        #expect(read(403, [:], words, strikes: 100)?.pause == .seconds(3600))
        // A refusal is no limit.
        #expect(read(403, ["x-ratelimit-remaining": "100"], #"{"message":"Must have admin rights"}"#) == nil)
        // GitLab, and what stands before Gitea.
        #expect(
            read(429, ["RateLimit-Remaining": "0", "RateLimit-Reset": "1800000010", "Retry-After": "12"])?.pause
                == .seconds(12))
        #expect(read(429, ["RateLimit-Remaining": "0", "RateLimit-Reset": "25"])?.pause == .seconds(25))
        #expect(read(429, [:])?.pause == .seconds(60))
        #expect(read(429, ["Retry-After": "Fri, 15 Jan 2027 08:02:00 GMT"])?.pause == .seconds(120))
        // Overload.
        #expect(read(503, ["Retry-After": "5"])?.pause == .seconds(5))
        #expect(read(503, [:]) == nil)
    }

    @Test("Nonsense in the headers neither opens the gate at once nor closes it for ever")
    func nonsense() {
        #expect(read(429, ["Retry-After": "-5"])?.pause == .seconds(60))
        #expect(read(429, ["Retry-After": "0"])?.pause == .seconds(1))
        #expect(read(429, ["Retry-After": "99999999999999999999"])?.pause == .seconds(60))
        #expect(read(429, ["Retry-After": "nan"])?.pause == .seconds(60))
        #expect(read(429, ["Retry-After": "1e999"])?.pause == .seconds(60))
        #expect(read(503, ["Retry-After": "Fri, 15 Jan 1999 08:02:00 GMT"])?.pause == .seconds(1))
        #expect(read(429, ["Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Retry-After": "0"])?.pause == .seconds(1))
        #expect(read(429, ["Retry-After": "soon"])?.pause == .seconds(60))
        #expect(read(200, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "9223372036854775807"]) == nil)
        #expect(read(200, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000000001"])?.pause == .seconds(1))
        #expect(read(200, ["x-ratelimit-remaining": "zero"]) == nil)
    }

    @Test("Of a pause of years an hour is kept, and that is said")
    func years() {
        for (status, headers) in [
            (429, ["Retry-After": "315360000"]), (503, ["Retry-After": "9223372036854775807"]),
            (403, ["retry-after": "Fri, 31 Dec 9999 23:59:60 GMT"]),
            (200, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"]),
            (429, ["RateLimit-Remaining": "0", "RateLimit-Reset": "999999999"]),
        ] {
            let limit = read(status, headers)
            #expect(limit?.pause == .seconds(3600))
            #expect(limit?.reason.contains("as it says, of which an hour is kept") == true, "\(limit as Any)")
        }
        // What a forge means is not talked about.
        #expect(read(429, ["Retry-After": "3600"])?.reason == "it takes no more requests for now")
        let gate = RateGate(server: "forge", spacing: .zero)
        gate.note(.init(status: 429, headers: [.init("Retry-After", "315360000")]), now: now)
        let failure = #expect(throws: Failure.self) { try gate.pass(now: now) }
        #expect(failure?.message.contains("an hour is kept") == true)
        #expect(gate.pause(now: now.advanced(by: .seconds(3600))) == nil)
    }

    @Test("The gate holds requests back, gives changes their turns, and forgets its strikes")
    func gate() throws {
        let gate = RateGate(server: "forge", spacing: .seconds(1))
        try gate.pass(now: now)
        #expect((0..<3).map { _ in gate.turn(now: now) } == [.zero, .seconds(1), .seconds(2)])
        #expect(gate.turn(now: now.advanced(by: .seconds(60))) == .zero)
        gate.note(.init(status: 429), now: now)
        gate.note(.init(status: 429), now: now.advanced(by: .seconds(60)))
        #expect(gate.pause(now: now.advanced(by: .seconds(60))) == .seconds(120))
        let failure = #expect(throws: Failure.self) { try gate.pass(now: now.advanced(by: .seconds(61))) }
        #expect(failure?.code == .forgeRateLimited)
        #expect(failure?.scheduling == .wait(for: "forge"))
        try gate.pass(now: now.advanced(by: .seconds(181)))
        gate.note(.init(status: 200), now: now.advanced(by: .seconds(181)))
        #expect(gate.note(.init(status: 429), now: now.advanced(by: .seconds(200)))?.pause == .seconds(60))
    }

    @Test("Moments are read as forges write them")
    func moments() {
        #expect(Moments.iso("2016-07-11T22:14:10Z") == Timestamp(seconds: 1_468_275_250))
        #expect(Moments.iso("2016-07-12T00:14:10.123+02:00") == Timestamp(seconds: 1_468_275_250))
        #expect(Moments.http("Wed, 21 Oct 2015 07:28:00 GMT") == Timestamp(seconds: 1_445_412_480))
        for text in ["", "2016-07-11", "2016-13-11T22:14:10Z", "2016-07-11T22:14:10", "x-y-zT1:2:3Z"] {
            #expect(Moments.iso(text) == nil)
        }
        #expect(Moments.http("Wed, 21 Foo 2015 07:28:00 GMT") == nil)
        #expect(Moments.http("21 Oct") == nil)
    }

    @Test("Answers with a tag are kept within bounds, the longest unused go first")
    func cache() {
        let cache = AnswerCache(maximumBytes: 400, maximumEntries: 3)
        func answer(_ size: Int, _ tag: String = "\"a\"") -> HTTPTransport.Response {
            .init(status: 200, headers: [.init("ETag", tag)], body: Array(repeating: 1, count: size))
        }
        for name in ["1", "2", "3"] { cache.keep(answer(10), for: name) }
        #expect(cache.entry(for: "1")?.tag == "\"a\"")
        cache.keep(answer(10), for: "4")
        #expect(cache.entry(for: "2") == nil)
        #expect(cache.entry(for: "1") != nil)
        cache.keep(answer(101), for: "5")
        #expect(cache.entry(for: "5") == nil)
        for tag in ["", "bare", "\"a\r\nX: y\"", "\"" + String(repeating: "a", count: 300) + "\""] {
            cache.keep(answer(1, tag), for: "1")
            #expect(cache.entry(for: "1") == nil)
        }
    }
}
