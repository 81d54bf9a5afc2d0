import History
import Model
import Testing

@Suite struct FeedbackJournalTests {
    @Test func everyPhaseIsFoundAgain() async throws {
        let commit = Fixture.revision(77)
        let phases: [FeedbackPhase] = [.received, .located, .trying, .committed(commit), .pushed, .decided]
        for (count, phase) in phases.enumerated() {
            try await Fixture.withStore { store in
                try await store.feedbackReceived(id: "f", file: "feedback/f.json", digest: "d", at: .now)
                for step in phases.prefix(count + 1).dropFirst() {
                    try await store.feedbackPhase(id: "f", phase: step, detail: "in \(step.name)")
                }
                let open = try #require(try await store.feedbackOpen().first)
                #expect(open.phase == phase && open.id == "f" && open.file == "feedback/f.json")
                #expect(open.commit == (count >= 3 ? commit : nil))
                #expect(open.detail == (count == 0 ? nil : "in \(phase.name)"))

                let receipt = try await store.feedbackReceived(id: "f", file: "f", digest: "d", at: .now)
                #expect(receipt.isResumed && receipt.entry == open && receipt.previous == nil)
                #expect(try await store.feedbackOpen().count == 1)
            }
        }
    }

    @Test func whatIsDoneIsNotOpenAndIsRememberedByIdAndContent() async throws {
        try await Fixture.withStore { store in
            try await store.feedbackReceived(id: "a", file: "a.json", digest: "same", at: .now)
            try await store.feedbackPhase(id: "a", phase: .committed(Fixture.first))
            try await store.feedbackPhase(id: "a", phase: .done)
            #expect(try await store.feedbackOpen().isEmpty)
            #expect(try await store.feedback("a")?.phase == .done)

            let again = try await store.feedbackReceived(id: "a", file: "a.json", digest: "same", at: .now)
            #expect(!again.isResumed && again.entry.phase == .received, "what is done is not taken up again")
            #expect(again.previous?.commit == Fixture.first)
            try await store.feedbackPhase(id: "a", phase: .committed(Fixture.first))
            try await store.feedbackPhase(id: "a", phase: .done)

            let sameId = try await store.feedbackReceived(id: "a", file: "a.json", digest: "other", at: .now)
            #expect(!sameId.isResumed && sameId.previous?.commit == Fixture.first)
            let sameContent = try await store.feedbackReceived(id: "b", file: "b.json", digest: "same", at: .now)
            #expect(!sameContent.isResumed && sameContent.previous?.id == "a")
            let fresh = try await store.feedbackReceived(id: "c", file: "c.json", digest: "new", at: .now)
            #expect(!fresh.isResumed && fresh.previous == nil)
            #expect(try await store.feedbackOpen().map(\.id) == ["a", "b", "c"])
        }
    }

    @Test func anUnknownFeedbackHasNoPhases() async throws {
        try await Fixture.withStore { store in
            let failure = await #expect(throws: Failure.self) {
                try await store.feedbackPhase(id: "nobody", phase: .trying)
            }
            #expect(failure?.message.contains("nobody") == true)
            let nobody = try await store.feedback("nobody")
            #expect(nobody == nil)
        }
    }

    @Test func verdictsAreReadAsTheyWereGiven() async throws {
        try await Fixture.withStore { store in
            var verdict = Verdict(
                feedback: "f", decision: .rejected, reason: "line 3 differs", decidedAt: Timestamp(seconds: 3))
            verdict.dialect = "unified"
            verdict.placements = [.init(file: "a.swift", statedLine: 3, appliedLine: nil, method: "not found")]
            verdict.service = Fixture.service("api")
            verdict.base = Fixture.first
            verdict.commit = Fixture.second
            verdict.branch = "codex/f"
            verdict.fixed = [Fixture.diagnostic("fixed")]
            verdict.introduced = [Fixture.diagnostic("new")]
            verdict.remaining = [Fixture.diagnostic("old", .warning)]
            var tried = Fixture.outcome(.test, .failed)
            tried.tests = Fixture.tests()
            verdict.tried = [tried]
            try await store.verdict(verdict)
            #expect(try await store.verdict(of: "f") == verdict)
            var second = verdict
            second.decision = .alreadyApplied
            try await store.verdict(second)
            try await store.verdict(Verdict(feedback: "g", decision: .applied, reason: "it helps"))
            #expect(try await store.verdict(of: "f") == second)
            #expect(try await store.verdict(of: "h") == nil)
        }
    }
}
