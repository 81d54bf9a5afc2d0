import CoderDoubles
import Coders
import Diagnostics
import Model
import Testing

/// Coder and loop together before the double, with a judge that takes only the right port: what the daemon does, without its git.
@Suite struct RoundTests {
    static func answer(_ port: Int) -> ModelDouble.Reply {
        .text(Fixtures.answer(description: "Serve on port \(port)", patch: patch(port)))
    }
    static func patch(_ port: Int) -> String {
        "Sources/App/main.swift\n<<<<<<< SEARCH\n    serve(port)\n=======\n    serve(\(port))\n>>>>>>> REPLACE\n"
    }

    /// - Returns: why it ended, and the attempts with their verdicts.
    static func rounds(_ trial: Trial, limits: CoderLoop.Limits = .init()) async -> (CoderStop, [EarlierAttempt]) {
        let report = Fixtures.report()
        var loop = CoderLoop(failure: "api:1", diagnostics: report.fingerprint, limits: limits)
        var earlier: [EarlierAttempt] = []
        var now = Fixtures.now
        var action = loop.next(at: now)
        while true {
            switch action {
            case .stop(let why): return (why, earlier)
            case .wait(let until):
                now = until
                action = loop.next(at: now)
            case .verify:
                guard case .patches(let patches)? = earlier.last.map({ CoderProposal.Change.patches($0.patches) }),
                    !patches[0].text.contains("serve(8080)")
                else {
                    action = loop.accepted()
                    continue
                }
                let verdict = Verdict(
                    feedback: "f-\(earlier.count)", decision: .rejected,
                    reason: "with patch \(earlier.count), test PortTests failed: the port is not 8080")
                earlier[earlier.count - 1].result = .judged(verdict)
                action = loop.rejected(diagnostics: report.fingerprint, at: now)
            case .ask(let attempt):
                let request = Fixtures.request(report, attempt: attempt, earlier: earlier, failure: "api:1")
                do throws(CoderFailure) {
                    let proposal = try await trial.propose(request)
                    guard case .patches(let patches) = proposal.change else { return (.seenTree, earlier) }
                    action = loop.proposed(change: CoderFingerprint.of(patches))
                    earlier.append(
                        EarlierAttempt(
                            number: attempt, description: proposal.message ?? "", patches: patches,
                            result: .unusable("not judged yet")))
                } catch {
                    if error.meaning == .badAnswer {
                        earlier.append(
                            EarlierAttempt(number: attempt, description: "", result: .unusable(error.description)))
                    }
                    action = loop.failed(error, at: now)
                }
            }
        }
    }

    @Test func oneThatNeverSucceedsStopsAfterItsBudget() async throws {
        let double = try ModelDouble([Self.answer(1), Self.answer(2), Self.answer(3), Self.answer(4)])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let (why, attempts) = await Self.rounds(trial)
            #expect(why == .attempts(3) && attempts.count == 3)
        }
        #expect(double.received.count == 3 && double.problems == [])
    }

    @Test func oneThatMendsItOnItsSecondAttemptWasToldWhyTheFirstFailed() async throws {
        let double = try ModelDouble([Self.answer(80), Self.answer(8080)])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let (why, attempts) = await Self.rounds(trial)
            #expect(why == .repaired && attempts.map(\.number) == [1, 2])
        }
        let inputs = double.received.compactMap { $0.body["input"]?.string }
        #expect(inputs.count == 2 && !inputs[0].contains("PortTests"))
        for words in [
            "why attempt 1 was rejected", "rejected: with patch 1, test PortTests failed: the port is not 8080",
            "attempt 1: Serve on port 80", "    serve(80)",
        ] { #expect(inputs.last?.contains(words) == true, "\(words)") }
    }

    @Test func oneThatAlternatesBetweenTwoWrongPatchesIsStoppedByTheFingerprint() async throws {
        let double = try ModelDouble([Self.answer(1), Self.answer(2), Self.answer(1), Self.answer(2)])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let (why, _) = await Self.rounds(trial, limits: .init(attempts: 20))
            #expect(why == .repeatedChange)
        }
        #expect(double.received.count == 3)
    }

    @Test func oneThatAnswersBadlyIsToldSoAndGivenUpAtTheSecondTime() async throws {
        let double = try ModelDouble([.text("Sure!"), .text("I would look at line 12.")])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let (why, attempts) = await Self.rounds(trial)
            #expect(attempts.count == 2 && !why.isRepaired && why.description.contains("the answer is no JSON"))
        }
        #expect(double.received.last?.body["input"]?.string?.contains("the answer is no JSON: Sure!") == true)
    }

    @Test func anOutageInBetweenUsesNothingUp() async throws {
        let outage = ModelDouble.Reply.status(503, headers: ["Retry-After": "300"], body: "")
        let double = try ModelDouble([outage, Self.answer(80), outage, Self.answer(8080)])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let (why, attempts) = await Self.rounds(trial)
            #expect(why == .repaired && attempts.count == 2)
        }
    }
}
