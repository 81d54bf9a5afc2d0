import History
import Model
import Testing

@Suite struct CycleJournalTests {
    let api = Fixture.service("api")
    let kong = Fixture.service("gateway/kong")

    @Test func aCycleIsReadAsItWasTold() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(
                revision: Fixture.second, previous: Fixture.first, log: "logs/build-1.log", at: Timestamp(seconds: 90))
            let reasons: [DueReason] = [
                .sourcesChanged(from: Fixture.first, to: Fixture.second), .dependencyDeployed(kong),
                .retry("the registry did not answer"),
            ]
            try await store.serviceStarted(cycle: id, service: api, reasons: reasons)
            var build = Fixture.outcome(.build, .failed)
            build.diagnostics = [Fixture.diagnostic("cannot find 'x'"), Fixture.diagnostic("unused", .warning)]
            build.outputs = ["image": "sha256:1", "": "é\u{0}"]
            build.checkpoint = [0, 1, 255]
            build.tests = Fixture.tests()
            build.retryAfter = DurationText(.seconds(30))
            try await store.stageStarted(
                cycle: id, service: api, stage: .build, operation: "c1-1", at: Timestamp(seconds: 91))
            try await store.stageEnded(cycle: id, service: api, outcome: build)
            try await store.serviceEnded(
                cycle: id, service: api, outcome: .failed,
                state: ServiceState(service: api, failure: Fixture.failed(2)))
            try await store.cycleEnded(cycle: id, outcome: .failed, at: Timestamp(seconds: 95))

            let record = try #require(try await store.cycle(id))
            var expected = CycleRecord(
                id: id, revision: Fixture.second, previousRevision: Fixture.first, startedAt: Timestamp(seconds: 90),
                outcome: .failed, log: "logs/build-1.log",
                services: [ServiceResult(service: api, outcome: .failed, reasons: reasons, stages: [build])])
            expected.endedAt = Timestamp(seconds: 95)
            #expect(record == expected)
            #expect(try await store.lastCycle() == expected)
            #expect(try await store.cycle(id + 1) == nil)
        }
    }

    @Test func aListLeavesOutWhatIsLong() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(
                revision: Fixture.first, previous: nil, log: "l", at: Timestamp(seconds: 1))
            var build = Fixture.outcome(.build, .failed)
            build.diagnostics = [Fixture.diagnostic("wrong")]
            try await store.stageEnded(cycle: id, service: api, outcome: build)
            let listed = try #require(try await store.cycles(limit: 1).first?.services.first?.stages.first)
            #expect(listed.diagnostics.isEmpty)
            #expect(listed.summary == build.summary && listed.status == .failed)
        }
    }

    @Test func pagesAndServicesSelectCycles() async throws {
        try await Fixture.withStore { store in
            var ids: [Int64] = []
            for number in 1...7 {
                let id = try await store.cycleStarted(
                    revision: Fixture.revision(number), previous: nil, log: "l\(number)", at: .now)
                try await store.serviceStarted(cycle: id, service: number % 2 == 0 ? kong : api, reasons: [])
                try await store.cycleEnded(cycle: id, outcome: .succeeded, at: .now)
                ids.append(id)
            }
            #expect(ids == ids.sorted() && Set(ids).count == 7)
            let newest = try await store.cycles(limit: 3)
            #expect(newest.map(\.id) == Array(ids.reversed().prefix(3)))
            let next = try await store.cycles(limit: 10, before: newest.last?.id)
            #expect(next.map(\.id) == Array(ids.reversed().dropFirst(3)))
            let even = try await store.cycles(limit: 2, before: ids[5], service: kong)
            #expect(even.map(\.id) == [ids[3], ids[1]])
        }
    }

    @Test func whatNeverBeganMayStillEnd() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            try await store.serviceEnded(
                cycle: id, service: api, outcome: .skipped, state: ServiceState(service: api))
            let record = try #require(try await store.cycle(id))
            #expect(record.services == [ServiceResult(service: api, outcome: .skipped)])
        }
    }

    @Test func aStageThatRunsTwiceEndsTwice() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            for status in [StageStatus.failed, .ok] {
                try await store.stageStarted(cycle: id, service: api, stage: .restart, operation: "o", at: .now)
                try await store.stageEnded(cycle: id, service: api, outcome: Fixture.outcome(.restart, status))
            }
            let record = try #require(try await store.cycle(id))
            #expect(record.services.first?.stages.map(\.status) == [.failed, .ok])
            #expect(try await store.interrupted().first?.stages.isEmpty == true)
        }
    }

    @Test func ofTwoOpenStagesTheLaterOneEnds() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            for operation in ["early", "late"] {
                try await store.stageStarted(
                    cycle: id, service: api, stage: .build, operation: operation, at: .now)
            }
            try await store.stageEnded(cycle: id, service: api, outcome: Fixture.outcome(.build))
            #expect(try await store.interrupted().first?.stages.map(\.operation) == ["early"])
        }
    }

    @Test func aCycleEndsOnce() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            try await store.cycleEnded(cycle: id, outcome: .interrupted, at: Timestamp(seconds: 1))
            try await store.cycleEnded(cycle: id, outcome: .succeeded, at: Timestamp(seconds: 2))
            #expect(try await store.cycle(id)?.outcome == .interrupted)
            #expect(try await store.cycle(id)?.endedAt == Timestamp(seconds: 1))
        }
    }

    @Test func errorsOutliveTheLimitOfDiagnostics() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            var outcome = Fixture.outcome(.build, .failed)
            outcome.diagnostics = (0..<HistoryStore.diagnosticLimit + 50).map {
                Diagnostic(.warning, code: "w", message: "warning \($0)")
            }
            outcome.diagnostics.append(Diagnostic(.error, code: "e", message: "the last one"))
            try await store.stageEnded(cycle: id, service: api, outcome: outcome)
            let kept = try #require(try await store.cycle(id)?.services.first?.stages.first?.diagnostics)
            #expect(kept.count == HistoryStore.diagnosticLimit)
            #expect(kept.contains { $0.message == "the last one" })
            #expect(kept.last?.message == "52 further diagnostics are in the build log only")
        }
    }

    @Test func aHugeTestReportKeepsWhatFailed() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            var outcome = Fixture.outcome(.test, .failed)
            var report = Fixture.tests()
            report.suites[0].cases += (0...HistoryStore.testCaseLimit).map {
                .init(name: "case\($0)", result: .passed, duration: 0)
            }
            outcome.tests = report
            try await store.stageEnded(cycle: id, service: api, outcome: outcome)
            let kept = try #require(try await store.cycle(id)?.services.first?.stages.first?.tests)
            #expect(kept.count(.passed) == 0 && kept.count(.failed) == 1 && kept.count(.skipped) == 1)
        }
    }

    @Test func unfinishedWorkIsFoundAndClosed() async throws {
        try await Fixture.withStore { store in
            let done = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "a", at: .now)
            try await store.cycleEnded(cycle: done, outcome: .succeeded, at: .now)
            let id = try await store.cycleStarted(
                revision: Fixture.second, previous: Fixture.first, log: "b", at: Timestamp(seconds: 10))
            let state = ServiceState(service: kong, deployed: Fixture.release(1))
            try await store.serviceStarted(cycle: id, service: kong, reasons: [])
            try await store.serviceEnded(cycle: id, service: kong, outcome: .deployed, state: state)
            try await store.stageStarted(
                cycle: id, service: api, stage: .build, operation: "c2-1", at: Timestamp(seconds: 11))
            try await store.stageEnded(cycle: id, service: api, outcome: Fixture.outcome(.build))
            try await store.stageStarted(
                cycle: id, service: api, stage: .deploy, operation: "c2-2", at: Timestamp(seconds: 12))

            let open = try await store.interrupted()
            #expect(
                open == [
                    UnfinishedCycle(
                        id: id, revision: Fixture.second, previousRevision: Fixture.first,
                        startedAt: Timestamp(seconds: 10), log: "b", services: [api],
                        stages: [
                            .init(service: api, stage: .deploy, operation: "c2-2", startedAt: Timestamp(seconds: 12))
                        ])
                ])
            let unfinished = try #require(open.first)
            try await store.markInterrupted(unfinished, at: Timestamp(seconds: 15))
            try await store.markInterrupted(unfinished, at: Timestamp(seconds: 16))

            #expect(try await store.interrupted().isEmpty)
            let record = try #require(try await store.cycle(id))
            #expect(record.outcome == .interrupted && record.endedAt == Timestamp(seconds: 15))
            #expect(record.services.map(\.outcome) == [.deployed, .interrupted])
            let last = try #require(record.services.last?.stages.last)
            #expect(last.stage == .deploy && last.status == .cancelled)
            #expect(last.duration.duration == .seconds(3))
            #expect(record.services.last?.stages.count == 2)
            #expect(try await store.state(of: kong) == state)
        }
    }

    @Test func aCancelledTaskIsStillHeard() async throws {
        try await Fixture.withStore { store in
            let id = try await store.cycleStarted(revision: Fixture.first, previous: nil, log: "l", at: .now)
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                try await store.cycleEnded(cycle: id, outcome: .interrupted, at: .now)
            }
            task.cancel()
            try await task.value
            #expect(try await store.cycle(id)?.outcome == .interrupted)
        }
    }
}
