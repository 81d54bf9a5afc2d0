import Model
import Testing

@testable import Pipeline

/// Services that are released together.
@Suite struct GroupTests {
    private static let short: [Stage] = [.build, .deploy, .health]

    /// a <- b <- c, one group.
    private func chain(limit: Int = 4) -> Simulation {
        Simulation(
            [
                service("a", stages: Self.short, group: "g"),
                service("b", dependsOn: ["a"], stages: Self.short, group: "g"),
                service("c", dependsOn: ["b"], stages: Self.short, group: "g"),
            ], limit: limit)
    }

    @Test func everythingIsBuiltBeforeAnythingIsDeployedAndThenInOrder() {
        var cycle = chain()
        cycle.run()
        #expect(
            cycle.lines == [
                "begin a", "a build", "begin b", "b build", "begin c", "c build", "release g: a b c", "a deploy",
                "a health", "b deploy", "b health", "c deploy", "c health",
                "together a: deployed, b: deployed, c: deployed",
            ])
        #expect(cycle.cycle == .succeeded)
    }

    @Test(
        arguments: [
            (
                ["c health": .failed],
                ["c rollback", "b rollback", "a rollback", "together a: rolled-back, b: rolled-back, c: rolled-back"]
            ),
            (
                ["b deploy": .failed],
                ["b rollback", "a rollback", "together a: rolled-back, b: rolled-back, c: skipped"]
            ),
            // It could not even begin: there is nothing of it to undo.
            (["b deploy": .unavailable], ["a rollback", "together a: rolled-back, b: failed, c: skipped"]),
            (["a deploy": .retryable], ["together a: failed, b: skipped, c: skipped"]),
            // The others are rolled back all the same.
            (
                ["c health": .timedOut, "b rollback": .failed],
                ["c rollback", "b rollback", "a rollback", "together a: rolled-back, b: failed, c: rolled-back"]
            ),
            // One that knows no rollback has not rolled back.
            (
                ["c health": .failed, "a rollback": .unsupported],
                ["c rollback", "b rollback", "a rollback", "together a: failed, b: rolled-back, c: rolled-back"]
            ),
            (
                ["c health": .failed, "c rollback": .failed],
                ["c rollback", "b rollback", "a rollback", "together a: rolled-back, b: rolled-back, c: failed"]
            ),
        ] as [([String: StageStatus], [String])])
    func aMemberThatFailsHasThoseBeforeItRolledBackTheLastFirst(statuses: [String: StageStatus], last: [String]) {
        var cycle = chain()
        cycle.run(statuses)
        let culprit = statuses.keys.sorted().first { !$0.hasSuffix("rollback") }?.prefix(1) ?? ""
        let recall = cycle.lines.firstIndex { $0.hasPrefix("recall g for \(culprit):") }
        #expect(recall.map { Array(cycle.lines[($0 + 1)...]) } == last, "\(cycle.lines)")
        #expect(cycle.cycle == .failed)
    }

    @Test func nothingGoesLiveUnlessEverythingIsBuilt() {
        var cycle = chain(limit: 1)
        cycle.send(.start)
        cycle.finish("a")
        #expect(cycle.finish("b", .failed) == ["b: failed", "a: skipped", "c: skipped"])
        #expect(cycle.cycle == .failed)
        #expect(
            cycle.machine.note(on: name("a"), outcome: .skipped) == "'b' of its group 'g' failed at build")
    }

    @Test func aBuildThatIsUnderWayGoesOnForWhatItFinds() {
        var cycle = chain()
        cycle.send(.start)
        #expect(cycle.finish("a", .failed) == ["a: failed"])
        #expect(cycle.finish("b") == ["b: skipped"])
        #expect(cycle.finish("c", .failed) == ["c: failed"])
        #expect(cycle.cycle == .failed)
    }

    @Test func membersThatDoNotDependOnEachOtherGoLiveSideBySideAndAreRolledBackOneByOne() {
        let services = ["a", "b", "c"].map { service($0, stages: [.build, .deploy, .health], group: "g") }
        var cycle = Simulation(services, limit: 3)
        cycle.send(.start)
        for name in ["a", "b", "c"] { cycle.finish(name) }
        #expect(cycle.lines.suffix(4) == ["release g: a b c", "a deploy", "b deploy", "c deploy"])
        cycle.finish("a")
        cycle.finish("b")
        // What is live last is waited for, and undone first; its health is of no interest any more.
        #expect(cycle.finish("b", .failed) == ["cancel a", "recall g for b: c b a"])
        #expect(cycle.finish("a", .cancelled) == [])
        #expect(cycle.finish("c") == ["c rollback"])
        #expect(cycle.finish("c") == ["b rollback"])
        #expect(cycle.finish("b") == ["a rollback"])
        #expect(cycle.finish("a") == ["together a: rolled-back, b: rolled-back, c: rolled-back"])
        #expect(cycle.machine.machines[name("a")]?.decisive == nil)
    }

    @Test func aMemberThatFailsAsWellWhileItsGroupIsRecalledHasFailedItself() {
        let services = ["a", "b"].map { service($0, stages: [.build, .deploy], group: "g") }
        var cycle = Simulation(services)
        cycle.send(.start)
        cycle.finish("a")
        cycle.finish("b")
        #expect(cycle.finish("a", .failed) == ["recall g for a: b a"])
        #expect(cycle.finish("b", .failed) == ["b rollback"])
        cycle.finish("b")
        cycle.finish("a")
        #expect(cycle.machine.machines[name("b")]?.decisive?.status == .failed)
    }

    @Test func aNewerRevisionEndsAGroupThatIsBuiltButNeverOneThatGoesLive() {
        var building = chain()
        building.send(.start)
        building.finish("a")
        #expect(building.send(.superseded) == ["a: superseded", "cancel b", "cancel c"])
        building.finish("b", .cancelled)
        #expect(building.finish("c") == ["c: superseded"])
        #expect(building.cycle == .superseded)

        var live = chain()
        live.send(.start)
        for name in ["a", "b", "c"] { live.finish(name) }
        #expect(live.send(.superseded) == [])
        live.run()
        #expect(live.cycle == .succeeded)
    }

    @Test func aGroupWhoseTimeIsUpIsRolledBackAndNobodyHasFailed() {
        var cycle = chain()
        cycle.send(.start)
        for name in ["a", "b", "c", "a", "a"] { cycle.finish(name) }
        #expect(cycle.send(.timeIsUp) == ["recall g for nobody: b a"])
        #expect(cycle.finish("b", .cancelled) == ["b rollback"])
        cycle.finish("b")
        #expect(cycle.finish("a") == ["together a: interrupted, b: interrupted, c: interrupted"])
        #expect(cycle.cycle == .interrupted)
    }

    @Test func aStageThatCouldNotBeWrittenDownIsNotBegunAndTheRestIsUndone() {
        var cycle = chain()
        cycle.send(.start)
        for name in ["a", "b", "c", "a"] { cycle.finish(name) }
        cycle.finish("a")
        #expect(cycle.send(.notBegun(name("b"))) == ["recall g for nobody: b a", "a rollback"])
        #expect(cycle.finish("a", .failed).last == "together a: failed, b: interrupted, c: interrupted")
        #expect(cycle.machine.machines[name("a")]?.mayBeLive == true)
    }

    @Test func whatDependsOnAGroupWaitsForAllOfIt() {
        let services = [
            service("a", stages: [.build, .deploy], group: "g"),
            service("b", dependsOn: ["a"], stages: [.build, .deploy], group: "g"),
            service("z", dependsOn: ["a"], stages: [.build]),
        ]
        var good = Simulation(services)
        good.run()
        #expect(good.lines.suffix(4) == ["together a: deployed, b: deployed", "begin z", "z build", "z: deployed"])
        var bad = Simulation(services)
        bad.run(["b deploy": .failed])
        #expect(bad.lines.suffix(2) == ["together a: rolled-back, b: rolled-back", "z: skipped"])
        #expect(bad.machine.note(on: name("z"), outcome: .skipped) == "'a', which it depends on, was not deployed")
    }

    @Test func aGroupWaitsForWhatItsMembersDependOn() {
        let services = [
            service("x", stages: [.build]), service("a", stages: [.build, .deploy], group: "g"),
            service("b", dependsOn: ["x"], stages: [.build, .deploy], group: "g"),
        ]
        var good = Simulation(services)
        good.run()
        #expect(good.lines.last == "together a: deployed, b: deployed")
        var bad = Simulation(services)
        bad.run(["x build": .failed])
        #expect(bad.ended.mapValues(\.rawValue) == [name("x"): "failed", name("a"): "skipped", name("b"): "skipped"])
    }

    @Test func aMemberThatOnlyBuildsAndTestsDecidesToo() {
        let services = [
            service("a", stages: [.build, .deploy], group: "g"), service("t", stages: [.build, .test], group: "g"),
        ]
        var good = Simulation(services)
        good.run()
        #expect(good.lines.last == "together a: deployed, t: deployed")
        var bad = Simulation(services)
        bad.run(["t test": .failed])
        #expect(bad.ended == [name("a"): .skipped, name("t"): .failed])
    }

    @Test func aMemberThatOnlyBuildsAndTestsIsNotRolledBack() {
        var cycle = Simulation([
            service("a", stages: [.build, .deploy], group: "g"), service("t", stages: [.build, .test], group: "g"),
        ])
        cycle.run(["a deploy": .failed])
        #expect(cycle.lines.suffix(3) == ["recall g for a: a", "a rollback", "together a: rolled-back, t: skipped"])
    }

    @Test func aMemberThatIsDueAloneIsNoGroup() {
        var cycle = Simulation([service("a", stages: [.deploy], group: "g")])
        cycle.run(["a deploy": .failed])
        #expect(cycle.lines == ["begin a", "a deploy", "a rollback", "a: rolled-back"])
    }

    @Test func groupsThatWereCutOffAreRolledBackFromWhereTheyWere() {
        func member(_ text: String, touched: Bool, undone: Bool = false, failed: Stage? = nil)
            -> UnfinishedGroup.Member
        {
            UnfinishedGroup.Member(
                item: item(service(text, group: "g")), isTouched: touched,
                undone: undone ? StageOutcome(stage: .rollback, status: .ok, summary: "") : nil,
                failed: failed.map { StageOutcome(stage: $0, status: .failed, summary: "no") })
        }
        var going = Simulation(
            CycleMachine(
                undoing: [
                    .init(
                        name: "g",
                        members: [member("a", touched: true), member("b", touched: true), member("c", touched: false)])
                ], limit: 1))
        going.run()
        #expect(
            going.lines == [
                "recall g for nobody: b a", "b rollback", "a rollback",
                "together a: interrupted, b: interrupted, c: interrupted",
            ])
        // The rollback had begun: what is done is not done again, and why it was done is known.
        var back = Simulation(
            CycleMachine(
                undoing: [
                    .init(
                        name: "g",
                        members: [
                            member("a", touched: true), member("b", touched: true, undone: true),
                            member("c", touched: true, undone: true, failed: .health), member("d", touched: false),
                        ])
                ], limit: 1))
        back.run()
        #expect(
            back.lines == [
                "recall g for c: c b a", "a rollback",
                "together a: rolled-back, b: rolled-back, c: rolled-back, d: skipped",
            ])
    }
}
