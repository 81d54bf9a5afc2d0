import Coders
import Foundation
import Model
import Testing

/// When nobody is asked any more.
@Suite struct LoopTests {
    enum Event: Sendable {
        case proposes(String, tree: String? = nil)
        case rejected(String? = nil)
        case accepted
        case noPatch
        case away(Int?)
        case spent(Int?)
        case setup
        /// Seconds pass, and it is asked what to do.
        case after(Int)
    }
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var events: [(Event, String)]
        init(_ name: String, _ events: (Event, String)...) {
            testDescription = name
            self.events = events
        }
    }

    static func spoken(_ action: CoderLoop.Action) -> String {
        switch action {
        case .ask(let attempt): "ask \(attempt)"
        case .verify: "verify"
        case .wait(let until): "wait \((until - Fixtures.now).wholeMilliseconds / 1000)"
        case .stop(let stop):
            switch stop {
            case .repaired: "repaired"
            case .attempts: "attempts"
            case .spent: "spent"
            case .repeatedChange: "repeated"
            case .seenTree: "seen tree"
            case .noPatch: "no patch"
            case .setup: "setup"
            }
        }
    }

    static let cases: [Case] = [
        Case(
            "one that never succeeds stops after its budget",
            (.proposes("a"), "verify"), (.rejected(), "ask 2"), (.proposes("b"), "verify"), (.rejected(), "ask 3"),
            (.proposes("c"), "verify"), (.rejected(), "attempts"), (.after(9_999_999), "attempts")),
        Case(
            "one that mends it on its second attempt",
            (.proposes("a"), "verify"), (.rejected(), "ask 2"), (.proposes("b"), "verify"), (.accepted, "repaired"),
            (.after(1), "repaired")),
        Case(
            "one that alternates between two wrong patches is stopped by the fingerprint",
            (.proposes("a"), "verify"), (.rejected(), "ask 2"), (.proposes("b"), "verify"), (.rejected(), "ask 3"),
            (.proposes("a"), "repeated"), (.after(1), "repeated")),
        Case(
            "the same patch at once", (.proposes("a"), "verify"), (.rejected(), "ask 2"), (.proposes("a"), "repeated")),
        Case(
            "the same patch for other diagnostics is another attempt",
            (.proposes("a"), "verify"), (.rejected("d2"), "ask 2"), (.proposes("a"), "verify")),
        Case(
            "other diagnostics reset nothing",
            (.proposes("a"), "verify"), (.rejected("d2"), "ask 2"), (.proposes("b"), "verify"),
            (.rejected("d3"), "ask 3"),
            (.proposes("c"), "verify"), (.rejected("d4"), "attempts")),
        Case("the tree that is broken already", (.proposes("a", tree: "t0"), "seen tree")),
        Case(
            "two ways to one tree",
            (.proposes("a", tree: "t1"), "verify"), (.rejected(), "ask 2"), (.proposes("b", tree: "t1"), "seen tree")),
        Case("no patch twice", (.noPatch, "ask 2"), (.noPatch, "no patch")),
        Case(
            "no patch twice, with one between", (.noPatch, "ask 2"), (.proposes("a"), "verify"), (.rejected(), "ask 3"),
            (.noPatch, "no patch")),
        Case(
            "an outage uses nothing up, and is left more and more time",
            (.away(nil), "wait 60"), (.after(59), "wait 60"), (.after(1), "ask 1"), (.away(nil), "wait 180"),
            (.after(120), "ask 1"), (.away(nil), "wait 420"), (.after(240), "ask 1"), (.proposes("a"), "verify"),
            (.rejected(), "ask 2"), (.away(nil), "wait 480")),
        Case("a server that names a time", (.away(7200), "wait 7200"), (.after(7200), "ask 1")),
        Case("an hour's budget", (.spent(1800), "wait 1800"), (.after(1800), "ask 1")),
        Case("a failure's budget", (.spent(nil), "spent"), (.after(99_999), "spent")),
        Case("something to set up", (.setup, "setup"), (.after(99_999), "setup")),
        Case("after the end nothing counts", (.setup, "setup"), (.proposes("a"), "setup"), (.noPatch, "setup")),
    ]

    /// Each step survives being stored and read again.
    static func stored(_ loop: CoderLoop) throws -> CoderLoop {
        let read = try JSONDecoder().decode(CoderLoop.self, from: JSONEncoder().encode(loop))
        #expect(read == loop)
        return read
    }

    @Test(arguments: cases) func theNextActionIs(_ test: Case) throws {
        var loop = CoderLoop(failure: "f", diagnostics: "d1", tree: "t0")
        var now = Fixtures.now
        #expect(Self.spoken(loop.next(at: now)) == "ask 1")
        for (event, expected) in test.events {
            let action: CoderLoop.Action
            switch event {
            case .proposes(let change, let tree): action = loop.proposed(change: change, tree: tree)
            case .rejected(let diagnostics): action = loop.rejected(diagnostics: diagnostics, at: now)
            case .accepted: action = loop.accepted()
            case .noPatch: action = loop.failed(CoderFailure(.badAnswer, .coderEmpty, "empty"), at: now)
            case .away(let seconds):
                let until = seconds.map { now.advanced(by: .seconds($0)) }
                action = loop.failed(CoderFailure(.away(until: until), .coderServer, "away"), at: now)
            case .spent(let seconds):
                let until = seconds.map { now.advanced(by: .seconds($0)) }
                action = loop.failed(CoderFailure(.spent(until: until), .coderBudget, "spent"), at: now)
            case .setup: action = loop.failed(CoderFailure(.setup, .coderAuth, "no key"), at: now)
            case .after(let seconds):
                now = now.advanced(by: .seconds(seconds))
                action = loop.next(at: now)
            }
            #expect(Self.spoken(action) == expected, "after \(event)")
            loop = try Self.stored(loop)
        }
    }

    @Test func theHoursAttemptsAreThoseOfAllFailures() {
        let loop = CoderLoop(failure: "f", diagnostics: "d", limits: .init(attemptsPerHour: 2))
        let now = Fixtures.now
        func ago(_ seconds: Int) -> Timestamp { now.advanced(by: .seconds(-seconds)) }
        #expect(loop.next(at: now, recent: [ago(10)]) == .ask(attempt: 1))
        #expect(loop.next(at: now, recent: [ago(10), ago(4000), ago(5000)]) == .ask(attempt: 1))
        #expect(loop.next(at: now, recent: [ago(10), ago(600)]) == .wait(until: now.advanced(by: .seconds(3000))))
        #expect(
            loop.next(at: now, recent: [ago(10), ago(600), ago(900)]) == .wait(until: now.advanced(by: .seconds(3000))))
    }

    @Test func whatTheOperatorChangesReopensWhatItStopped() {
        var loop = CoderLoop(failure: "f", diagnostics: "d")
        _ = loop.proposed(change: "a")
        _ = loop.failed(CoderFailure(.setup, .coderAuth, "no key"), at: Fixtures.now)
        #expect(loop.reopened(.init(), at: Fixtures.now) == .ask(attempt: 2))
        // A circle stays a circle.
        #expect(loop.proposed(change: "a") == .stop(.repeatedChange))
        #expect(loop.reopened(.init(attempts: 9), at: Fixtures.now) == .stop(.repeatedChange))
    }

    @Test func changesAreKnownAgainByWhatTheyChange() {
        func of(_ text: String, target: String? = nil) -> String {
            CoderFingerprint.of([CoderProposal.Patch(text, target: target)])
        }
        let diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
        #expect(of(diff) == of(diff.replacing("@@ -1,2 +1,2 @@", with: "@@ -7,2 +8,2 @@")))
        #expect(of(diff) == of("\n" + diff.replacing(" a\n", with: " a  \r\n")))
        #expect(of(diff) != of(diff.replacing("+c", with: "+d")) && of(diff) != of(diff, target: "y"))
        let two = [CoderProposal.Patch("a"), CoderProposal.Patch("b")]
        #expect(CoderFingerprint.of(two) == CoderFingerprint.of(two.reversed()))
        #expect(CoderFingerprint.of(two) != CoderFingerprint.of([CoderProposal.Patch("a\nb")]))
    }

    @Test func theSameSourcesWrittenOtherwiseAreAnEnd() {
        var loop = CoderLoop(failure: "f", diagnostics: "d", limits: .init(attempts: 9))
        #expect(loop.proposed(change: "one") == .verify)
        #expect(Self.spoken(loop.rejected(diagnostics: "e", tree: "t1", at: Fixtures.now)) == "ask 2")
        #expect(loop.proposed(change: "two") == .verify)
        #expect(Self.spoken(loop.rejected(diagnostics: "g", tree: "t2", at: Fixtures.now)) == "ask 3")
        #expect(loop.proposed(change: "one, with other words") == .verify)
        #expect(Self.spoken(loop.rejected(diagnostics: "e", tree: "t1", at: Fixtures.now)) == "seen tree")
        #expect(loop.stop == .seenTree)
    }
}
