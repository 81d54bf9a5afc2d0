import CoderDoubles
import Coders
import Model
import Net
import TestSupport
import Testing

/// What is no answer: limits, outages, servers that know less than OpenAI's.
@Suite struct ServerFaultTests {
    static func error(_ code: String, type: String = "requests", message: String = "no", parameter: String? = nil)
        -> String
    {
        let parameter = parameter.map { "\"\($0)\"" } ?? "null"
        return #"{"error":{"message":"\#(message)","type":"\#(type)","param":\#(parameter),"code":"\#(code)"}}"#
    }

    @Test(arguments: [
        (["Retry-After": "7"], Duration.seconds(7)),
        (["retry-after-ms": "250", "Retry-After": "9"], .milliseconds(250)),
        (["Retry-After": "1.5"], .milliseconds(1500)), (["Retry-After": "nonsense"], .seconds(1)),
        // The trial's clock stands at 2027-01-15T08:00:00Z.
        (["Retry-After": "Fri, 15 Jan 2027 08:00:20 GMT"], .seconds(20)), ([:], .seconds(1)),
        // What no server may mean is as good as nothing, and a date that is past is now.
        (["Retry-After": "Fri, 15 Jan 1999 08:00:20 GMT"], .zero), (["Retry-After": "-7"], .seconds(1)),
        (["Retry-After": "nan"], .seconds(1)), (["Retry-After": "1e999"], .seconds(1)),
        (["retry-after-ms": "-inf", "Retry-After": "Fri, 99 Jan 99999999999999999999 08:00:20 GMT"], .seconds(1)),
    ]) func aRateLimitIsWaitedOut(headers: [String: String], pause: Duration) async throws {
        let limit = ModelDouble.Reply.status(429, headers: headers, body: Self.error("rate_limit_exceeded"))
        let double = try ModelDouble([limit, .text(Fixtures.answer())])
        defer { double.stop() }
        try await Trial.with(Trial(double.base)) { trial in
            _ = try await trial.propose()
            #expect(trial.pauses.all == [pause])
            #expect(trial.recorder.exchanges.map(\.status) == [429, 200])
            // A refused request takes no tokens.
            #expect(trial.recorder.exchanges[0].usage.total == 0)
        }
        #expect(double.problems == [])
    }

    @Test func whoIsToComeBackInAnHourIsToldSoInsteadOfWaiting() async throws {
        let double = try ModelDouble([
            .status(429, headers: ["Retry-After": "3600"], body: Self.error("rate_limit_exceeded"))
        ])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .away(until: Fixtures.now.advanced(by: .seconds(3600))))
            #expect(failure?.failure.code == .coderRateLimit && trial.pauses.all.isEmpty)
        }
    }

    @Test(arguments: [
        ["Retry-After": "315360000"], ["Retry-After": "Fri, 31 Dec 9999 23:59:60 GMT"], ["retry-after-ms": "1e300"],
        ["Retry-After": "9223372036854775807"],
    ]) func aServerThatNamesYearsIsAskedAgainInAnHour(headers: [String: String]) async throws {
        for status in [429, 503] {
            let double = try ModelDouble([
                .status(status, headers: headers, body: Self.error("rate_limit_exceeded"))
            ])
            defer { double.stop() }
            await Trial.with(Trial(double.base)) { trial in
                let failure = await trial.failure()
                #expect(failure?.meaning == .away(until: Fixtures.now.advanced(by: .seconds(3600))))
                #expect(failure?.failure.message.contains("is asked again in an hour") == true, "\(failure as Any)")
                #expect(trial.pauses.all.isEmpty)
            }
        }
    }

    /// The status is that of a rate limit; only the code tells that no patience helps.
    @Test(arguments: ["insufficient_quota", "credit_balance_exhausted", "project_spend_limit_exceeded"])
    func anEmptyAccountIsTheOperatorsBusiness(code: String) async throws {
        let double = try ModelDouble([.status(429, body: Self.error(code, type: "insufficient_quota"))])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .setup && failure?.failure.code == .coderQuota)
            #expect(double.received.count == 1)
        }
    }

    @Test(arguments: [500, 502, 503, 504]) func anOutageIsTriedAgainAndThenTold(status: Int) async throws {
        let double = try ModelDouble([.status(status, body: "oh")])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .away(until: nil) && failure?.failure.code == .coderServer)
            #expect(failure?.failure.scheduling == .retry)
            #expect(trial.pauses.all == [.seconds(1), .seconds(2)] && double.received.count == 3)
        }
    }

    @Test func aServerThatGaveUpIsAskedAgain() async throws {
        let gaveUp = ModelDouble.Reply.members([
            "status": .string("failed"), "error": .object(["code": .string("server_error"), "message": .string("x")]),
        ])
        let double = try ModelDouble([gaveUp, .text(Fixtures.answer())])
        defer { double.stop() }
        try await Trial.with(Trial(double.base)) { trial in
            _ = try await trial.propose()
            #expect(trial.pauses.all == [.seconds(1)])
        }
    }

    @Test func aConnectionThatBreaksOffIsTriedAgain() async throws {
        let double = try ModelDouble([.cutOff, .reset, .text(Fixtures.answer())])
        defer { double.stop() }
        try await Trial.with(Trial(double.base)) { trial in
            _ = try await trial.propose()
            #expect(double.received.count == 3)
            // Nobody knows what the broken ones took: what they may have taken at most stays in the ledger.
            let entries = await trial.ledger.entries
            #expect(entries.map(\.usage.isEstimated) == [true, true, false])
            #expect(entries[0].usage.output == 16_000)
        }
    }

    @Test func aSilentServerIsLeftAtTheTimeoutAndNotAskedAgain() async throws {
        let double = try ModelDouble([.silence])
        defer { double.stop() }
        let trial = Trial(double.base) { $0.timeout = .milliseconds(400) }
        await Trial.with(trial) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .away(until: nil) && failure?.failure.code == .httpTimeout)
            #expect(double.received.count == 1)
        }
    }

    @Test func aDripThatOutlastsTheTimeoutIsLeft() async throws {
        let double = try ModelDouble([.drip(Fixtures.answer(), bytes: 8, milliseconds: 40)])
        defer { double.stop() }
        let trial = Trial(double.base) { $0.timeout = .milliseconds(500) }
        await Trial.with(trial) { #expect(await $0.failure()?.failure.code == .httpTimeout) }
    }

    @Test func nobodyThereIsAnOutage() async {
        // A port that no test is given: one that was just closed may be another test's in the next moment.
        await Trial.with(Trial("http://127.0.0.1:1/v1")) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .away(until: nil) && failure?.failure.code == .httpConnect)
            #expect(await trial.ledger.entries.allSatisfy { $0.usage.total == 0 })
        }
    }

    @Test func aWrongKeyIsTheOperatorsBusiness() async throws {
        let double = try ModelDouble([.text(Fixtures.answer())], key: "sk-another-one-1234")
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .setup && failure?.failure.code == .coderAuth)
            #expect(failure?.failure.remedy == "Check OPENAI_API_KEY and what it may do.")
        }
    }

    @Test func aModelThatIsNotThereIsNoReasonToFallBack() async throws {
        let words = Self.error("model_not_found", message: "The model `test-model` does not exist")
        let double = try ModelDouble([.status(404, body: words)])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            #expect(await trial.failure()?.failure.code == .coderModel)
            #expect(double.received.map(\.path) == ["/v1/responses"])
            #expect(trial.coder.knownTraits.interface == .responses)
        }
    }

    @Test func redirectsAreNotFollowedWithTheKey() async throws {
        let target = try ModelDouble([.text(Fixtures.answer())])
        defer { target.stop() }
        let double = try ModelDouble([.status(307, headers: ["Location": "\(target.base)/responses"], body: "")])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            #expect(await trial.failure()?.meaning == .setup)
            #expect(target.received.isEmpty)
        }
    }

    @Test func aPromptThatIsTooLongIsHalved() async throws {
        let long = ModelDouble.Reply.status(
            400,
            body: Self.error(
                "context_length_exceeded", message: "This model's maximum context length is 4096 tokens"))
        let double = try ModelDouble([long, long, .text(Fixtures.answer())])
        defer { double.stop() }
        let report = Fixtures.report(log: (1...4000).map { "line \($0) of the log" }.joined(separator: "\n"))
        try await Trial.with(Trial(double.base, prompts: PromptOptions(tokens: 4000))) { trial in
            _ = try await trial.propose(Fixtures.request(report))
        }
        let sizes = double.received.compactMap { $0.body["input"]?.string?.utf8.count }
        #expect(sizes.count == 3 && sizes[2] < sizes[1] && sizes[1] < sizes[0])
        #expect(double.received.allSatisfy { $0.body["input"]?.string?.contains("cannot find 'port'") == true })
    }

    @Test func anAnswerThatIsTooLargeIsRefused() async throws {
        let double = try ModelDouble([.text(String(repeating: "x", count: 50_000))])
        defer { double.stop() }
        let trial = Trial(double.base) { $0.maximumBody = 10_000 }
        await Trial.with(trial) { #expect(await $0.failure()?.failure.code == .httpBodyTooLarge) }
    }
}
