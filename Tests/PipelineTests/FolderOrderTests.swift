import Model
import TestSupport
import Testing

@testable import Pipeline

@Suite struct FolderOrderTests {
    private func service(_ text: String, _ kind: String, path: String = "repos/gw", dependsOn: [String] = []) -> Service
    {
        var service = Service(name: name(text), path: path, kind: kind)
        service.dependsOn = dependsOn.map(name)
        return service
    }

    private func ordered(_ services: [Service]) -> [Service] {
        FolderOrder.apply(to: services) { ["compose": 20, "typesense": 40, "kong": 80][$0] ?? FolderOrder.usual }
    }

    private var mixed: [Service] {
        ordered([
            service("gw/kong", "kong"), service("gw/typesense", "typesense"), service("gw/compose", "compose"),
        ])
    }

    @Test func containersComeBeforeSchemasAndSchemasBeforeTheGateway() throws {
        #expect(
            try DependencyOrder.sort(mixed).map(\.name.text) == ["gw/compose", "gw/typesense", "gw/kong"])
        // Other folders, other repositories and equals among themselves have nothing to do with it.
        let apart = ordered([
            service("a", "kong", path: "repos/a"), service("b", "compose", path: "repos/b"),
            service("c", "swift", path: "repos/c"), service("c2", "teatro", path: "repos/c"),
        ])
        #expect(apart.allSatisfy { $0.after.isEmpty })
    }

    @Test func whatTheConfigurationSaysIsStronger() throws {
        let services = ordered([
            service("gateway", "kong"), service("between", "swift", path: "repos/b", dependsOn: ["gateway"]),
            service("containers", "compose", dependsOn: ["between"]), service("schema", "typesense"),
        ])
        let order = try DependencyOrder.sort(services).map(\.name.text)
        // Of the folder's own order that stays which can: the schema comes after the containers all the same.
        #expect(order == ["gateway", "between", "containers", "schema"])
    }

    private func candidates(_ trees: [String: Int]) -> [Planner.Candidate] {
        mixed.map {
            .init(
                service: $0, fingerprint: Fingerprint(tree: oid(trees[$0.kind] ?? 1)), revision: oid(100))
        }
    }

    private func states(failing: String? = nil, _ tree: Int = 2) -> [ServiceName: ServiceState] {
        var states: [ServiceName: ServiceState] = [:]
        for service in mixed {
            let release = Release(
                revision: oid(99), fingerprint: Fingerprint(tree: oid(1)), deployedAt: Timestamp(seconds: 1))
            states[service.name] = ServiceState(service: service.name, deployed: release)
        }
        if let failing {
            states[name(failing)]?.failure = FailedAttempt(
                revision: oid(100), fingerprint: Fingerprint(tree: oid(tree)), stage: .deploy, summary: "no",
                attempts: 1)
        }
        return states
    }

    @Test func anEarlierOneMakesTheLaterOnesNotDue() throws {
        let plan = try Planner(now: Timestamp(seconds: 2)).plan(
            revision: oid(100), candidates: candidates(["compose": 2]), states: states())
        #expect(plan.due.map(\.service.name.text) == ["gw/compose"])
    }

    @Test func newContentWaitsForAnEarlierOneThatFailed() throws {
        let plan = try Planner(now: Timestamp(seconds: 2)).plan(
            revision: oid(100), candidates: candidates(["compose": 2, "typesense": 2, "kong": 2]),
            states: states(failing: "gw/compose"))
        #expect(plan.due.isEmpty)
        #expect(
            plan.items.last?.decision
                == .held("waits for 'gw/compose', which comes before it in their folder"))
        // The old content of the later ones needs no new content of the earlier one.
        let old = try Planner(now: Timestamp(seconds: 2), requested: [name("gw/kong"): "an operator"]).plan(
            revision: oid(100), candidates: candidates(["compose": 2]), states: states(failing: "gw/compose"))
        #expect(old.due.map(\.service.name.text) == ["gw/kong"])
    }

    @Test func aFailedEarlierOneHoldsBackTheLaterOnesInItsCycle() throws {
        var machine = CycleMachine(services: try DependencyOrder.sort(mixed), limit: 3)
        #expect(machine.handle(.start) == [.begin(name("gw/compose")), .run(name("gw/compose"), .build)])
        let failed = StageOutcome(stage: .build, status: .failed, summary: "no")
        #expect(
            machine.handle(.stageEnded(name("gw/compose"), failed)) == [
                .end(name("gw/compose"), .failed), .end(name("gw/typesense"), .skipped),
                .end(name("gw/kong"), .skipped), .endCycle(.failed),
            ])
    }

    @Test func oneThatIsNotDueHoldsNobodyBack() throws {
        let due = try DependencyOrder.sort(mixed).filter { $0.kind != "compose" }
        var machine = CycleMachine(services: due, limit: 3)
        #expect(machine.handle(.start) == [.begin(name("gw/typesense")), .run(name("gw/typesense"), .build)])
    }

    /// Random folders and dependencies never make a circle, and the order holds wherever no dependency says otherwise.
    @Test(arguments: 0..<40) func noOrderMakesACircle(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let kinds = ["compose", "typesense", "swift", "kong"]
        let services = (0..<12).map { index in
            var dependencies: [String] = []
            // Backwards or forwards by a permutation, so that the graph itself has no circle.
            for other in 0..<index where Int.random(in: 0..<4, using: &random) == 0 { dependencies.append("s\(other)") }
            return service(
                "s\(index)", kinds[Int.random(in: 0..<4, using: &random)],
                path: "repos/f\(Int.random(in: 0..<3, using: &random))", dependsOn: dependencies)
        }.shuffled(using: &random)
        let sorted = try DependencyOrder.sort(ordered(services))
        #expect(sorted.count == services.count, "seed \(seed)")
        let place = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.name, $0) })
        for service in sorted {
            for earlier in service.predecessors {
                #expect(place[earlier, default: 99] < place[service.name, default: 0])
            }
        }
    }
}
