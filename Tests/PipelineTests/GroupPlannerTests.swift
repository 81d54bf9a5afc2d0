import Model
import Testing

@testable import Pipeline

/// What is due of a group after something of it failed.
@Suite struct GroupPlannerTests {
    let now = Timestamp(seconds: 1_000)

    private func candidate(_ text: String, _ tree: Int, dependsOn: [String] = [], group: String? = "g")
        -> Planner.Candidate
    {
        .init(
            service: service(text, dependsOn: dependsOn, group: group), fingerprint: Fingerprint(tree: oid(tree)),
            revision: oid(100))
    }

    private func state(
        _ text: String, failedAt tree: Int? = nil, _ stage: Stage = .health, culprit: String? = nil,
        isQuarantined: Bool = true, mayBeLive: Bool = false, retryAt: Timestamp? = nil
    ) -> (ServiceName, ServiceState) {
        let release = Release(revision: oid(90), fingerprint: Fingerprint(tree: oid(1)), deployedAt: now)
        let failure = tree.map {
            FailedAttempt(
                revision: oid(98), fingerprint: Fingerprint(tree: oid($0)), stage: stage, summary: "503", attempts: 1,
                retryAt: retryAt, isQuarantined: isQuarantined, mayBeLive: mayBeLive, group: "g",
                culprit: culprit.map { name($0) })
        }
        return (name(text), ServiceState(service: name(text), deployed: release, failure: failure))
    }

    /// - Returns: each service with `deploy`, `up-to-date` or why it is held.
    private func plan(
        _ candidates: [Planner.Candidate], _ states: [(ServiceName, ServiceState)], requested: [String] = []
    ) throws -> [String: String] {
        let asked = Dictionary(uniqueKeysWithValues: requested.map { (name($0), "x") })
        let plan = try Planner(now: now, requested: asked).plan(
            revision: oid(100), candidates: candidates, states: Dictionary(uniqueKeysWithValues: states))
        return Dictionary(
            uniqueKeysWithValues: plan.items.map { item in
                let text =
                    switch item.decision {
                    case .deploy(let reasons): "deploy: " + reasons.map(\.text).joined(separator: "; ")
                    case .upToDate: "up-to-date"
                    case .held(let why): why
                    }
                return (item.service.name.text, text)
            })
    }

    /// A release in which c failed: a and b were rolled back with it.
    private var failed: [(ServiceName, ServiceState)] {
        [state("a", failedAt: 2, culprit: "c"), state("b", failedAt: 2, culprit: "c"), state("c", failedAt: 2)]
    }

    @Test func aReleaseThatFailedIsNotTriedAgain() throws {
        let result = try plan([candidate("a", 2), candidate("b", 2), candidate("c", 2)], failed)
        #expect(
            result["a"]?.contains("is not released with its group 'g', because health of 'c' failed: 503") == true,
            "\(result)")
        #expect(result["c"]?.hasPrefix("quarantined, health of") == true)
        #expect(result.values.allSatisfy { $0.contains("or something in its group changes") }, "\(result)")
    }

    @Test(arguments: ["a", "b", "c"])
    func whateverChangesInTheGroupBringsAllOfItBack(changed: String) throws {
        let candidates = ["a", "b", "c"].map { candidate($0, $0 == changed ? 3 : 2) }
        let result = try plan(candidates, failed)
        #expect(result.values.allSatisfy { $0.hasPrefix("deploy") }, "\(result)")
        if changed == "a" { #expect(result["c"] == "deploy: released together with 'a' (group 'g')") }
    }

    @Test func whoWasRolledBackWithAnotherComesBackWhenThatIsTakenBack() throws {
        let result = try plan([candidate("a", 2), candidate("b", 2), candidate("c", 1)], failed)
        #expect(result["a"]?.hasPrefix("deploy: sources changed") == true, "\(result)")
        #expect(result["c"] == "up-to-date")
        // The failure of the other is forgotten then.
        let later = try plan(
            [candidate("a", 2), candidate("b", 2), candidate("c", 1)], Array(failed.prefix(2)) + [state("c")])
        #expect(later["b"]?.hasPrefix("deploy") == true, "\(later)")
    }

    @Test func whoWasRolledBackWithAnotherThatLeftTheGroupIsDue() throws {
        let result = try plan([candidate("a", 2), candidate("b", 2), candidate("c", 2, group: nil)], failed)
        #expect(result["a"]?.hasPrefix("deploy") == true && result["b"]?.hasPrefix("deploy") == true, "\(result)")
        #expect(result["c"]?.hasPrefix("quarantined") == true)
    }

    @Test func newContentWaitsForAMemberThatDoesNotBuild() throws {
        let states = [state("a"), state("b", failedAt: 2, .build, isQuarantined: false), state("c")]
        let waiting = try plan([candidate("a", 2), candidate("b", 2), candidate("c", 1)], states)
        #expect(waiting["a"] == "waits for 'b', which is released together with it")
        #expect(waiting["c"] == "up-to-date")
        let mended = try plan([candidate("a", 2), candidate("b", 3), candidate("c", 1)], states)
        #expect(mended["a"]?.hasPrefix("deploy") == true && mended["b"]?.hasPrefix("deploy") == true)
        // Another group is left alone.
        let other = try plan([candidate("a", 2, group: "h"), candidate("b", 2), candidate("c", 1)], states)
        #expect(other["a"]?.hasPrefix("deploy") == true)
    }

    @Test func aMemberThatDoesNotBuildIsNotBuiltAgainForOthersOfItsGroup() throws {
        // They are deployed after it is built, so they cannot have mended that.
        let states = [state("a"), state("b", failedAt: 2, .build, isQuarantined: false)]
        let result = try plan([candidate("a", 2), candidate("b", 2, dependsOn: ["a"])], states)
        #expect(result["a"] == "waits for 'b', which is released together with it", "\(result)")
        #expect(result["b"]?.hasPrefix("build of") == true)
        // Those that are not of the group are deployed before.
        let outside = try plan([candidate("a", 2, group: nil), candidate("b", 2, dependsOn: ["a"])], states)
        #expect(outside.values.allSatisfy { $0.hasPrefix("deploy") }, "\(outside)")
    }

    @Test func newContentWaitsForAMemberThatCannotBeDeployed() throws {
        var blocked = candidate("b", 2)
        blocked.obstacle = "no plugin offers the kind"
        let states = [state("a"), state("b")]
        #expect(try plan([candidate("a", 2), blocked], states)["a"]?.hasPrefix("waits for 'b'") == true)
        // What it runs is what it should run.
        blocked.fingerprint = Fingerprint(tree: oid(1))
        #expect(try plan([candidate("a", 2), blocked], states)["a"]?.hasPrefix("deploy") == true)
    }

    @Test func whatFollowsAMemberThatIsHeldDoesNotMove() throws {
        // b is due for nothing but the deployment of a.
        let states = [state("a"), state("b"), state("c", failedAt: 2, .build, isQuarantined: false)]
        let result = try plan([candidate("a", 2), candidate("b", 1, dependsOn: ["a"]), candidate("c", 2)], states)
        #expect(result["b"] == "up-to-date", "\(result)")
        // New content of others that depends on it waits as well.
        let outside = try plan(
            [candidate("a", 2), candidate("c", 2), candidate("z", 2, dependsOn: ["a"], group: nil)],
            states + [state("z")])
        #expect(outside["z"] == "waits for 'a', which it depends on")
    }

    @Test func allOfItIsTriedAgainAtTheSameTime() throws {
        let later = now.advanced(by: .seconds(5))
        func states(_ time: Timestamp) -> [(ServiceName, ServiceState)] {
            [
                state("a", failedAt: 2, .deploy, culprit: "b", isQuarantined: false, retryAt: time),
                state("b", failedAt: 2, .deploy, isQuarantined: false, retryAt: time),
            ]
        }
        let candidates = [candidate("a", 2), candidate("b", 2)]
        #expect(try plan(candidates, states(later)).values.allSatisfy { $0.contains("tried again at") })
        #expect(try plan(candidates, states(now)).values.allSatisfy { $0.hasPrefix("deploy: tried again") })
        // Something changed: nobody waits.
        let changed = try plan([candidate("a", 3), candidate("b", 2)], states(later))
        #expect(changed.values.allSatisfy { $0.hasPrefix("deploy") }, "\(changed)")
    }

    @Test func whatIsAskedForTakesTheWholeReleaseAlong() throws {
        let candidates = [candidate("a", 2), candidate("b", 2), candidate("c", 2)]
        let result = try plan(candidates, failed, requested: ["a"])
        #expect(result["a"] == "deploy: asked for by x")
        #expect(result["c"] == "deploy: released together with 'a' (group 'g')", "\(result)")
        // A restart of what runs concerns nobody else.
        let restarted = try plan([candidate("a", 1), candidate("b", 2), candidate("c", 2)], failed, requested: ["a"])
        #expect(restarted["a"]?.hasPrefix("deploy") == true && restarted["c"]?.hasPrefix("quarantined") == true)
    }

    @Test func whatFailedIsNotTriedAgainForAMemberThatIsHeldItself() throws {
        // b failed at what it runs; it would come back with a, which is held for what it depends on.
        let own = ServiceState(
            service: name("b"),
            deployed: Release(revision: oid(90), fingerprint: Fingerprint(tree: oid(2)), deployedAt: now),
            failure: failed[2].1.failure)
        let states = [state("x", failedAt: 2, .build, isQuarantined: false), state("a", failedAt: 2), (name("b"), own)]
        let candidates = [
            candidate("x", 2, group: nil), candidate("a", 2, dependsOn: ["x"]), candidate("b", 2), candidate("c", 3),
        ]
        let result = try plan(candidates, states + [state("c")])
        #expect(result.values.allSatisfy { !$0.hasPrefix("deploy") }, "\(result)")
        #expect(result["a"] == "waits for 'x', which it depends on")
        #expect(result["b"]?.hasPrefix("quarantined") == true)
    }

    @Test func whatMayStillRunAfterAFailedRollbackIsReplacedByWhatIsKnown() throws {
        let states = [state("a", failedAt: 2, culprit: "c", mayBeLive: true), state("c", failedAt: 2)]
        let result = try plan([candidate("a", 1), candidate("c", 2)], states)
        #expect(result["a"]?.contains("could not be rolled back") == true, "\(result)")
        #expect(result["c"]?.hasPrefix("quarantined") == true)
    }

    @Test func membersStandTogetherInTheOrderAndACircleThroughAGroupIsRefused() throws {
        let sorted = try DependencyOrder.sort([
            service("b", dependsOn: ["a"], group: "g"), service("x"), service("y", dependsOn: ["x"]),
            service("a", dependsOn: ["x"], group: "g"), service("z", dependsOn: ["a"]),
        ])
        #expect(sorted.map(\.name.text) == ["x", "y", "a", "b", "z"])
        let between = [
            service("a", group: "g"), service("d", dependsOn: ["a"]), service("b", dependsOn: ["d"], group: "g"),
        ]
        let failure = #expect(throws: Failure.self) { try DependencyOrder.sort(between) }
        #expect(failure?.message.contains("groups they are released in") == true, "\(failure?.message ?? "")")
        let inside = [service("a", dependsOn: ["b"], group: "g"), service("b", dependsOn: ["a"], group: "g")]
        let plain = #expect(throws: Failure.self) { try DependencyOrder.sort(inside) }
        #expect(plain?.message.hasPrefix("services depend on each other in a circle: a, b") == true)
    }
}
