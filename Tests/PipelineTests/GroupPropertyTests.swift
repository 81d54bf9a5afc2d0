import Model
import TestSupport
import Testing

@testable import Pipeline

/// Random graphs with groups, random outcomes, random interleavings, supersessions and ends: the rules hold in all of them.
@Suite struct GroupPropertyTests {
    /// What a random cycle is made of. Members of a group depend on members before them; so do groups.
    private struct Workspace {
        var services: [Service] = []
        var limit = 1
        init(_ random: inout SeededRandom) {
            for number in 0..<Int.random(in: 1...4, using: &random) {
                let count = Int.random(in: 1...4, using: &random)
                let earlier = services
                for member in 0..<count {
                    let own = services.dropFirst(earlier.count).filter { _ in Int.random(in: 0..<2, using: &random) == 0
                    }
                    let others = earlier.filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
                    let stages: [[Stage]] = [Stage.standard, [.build, .deploy, .health], [.deploy], [.build, .test]]
                    services.append(
                        service(
                            "g\(number)m\(member)", dependsOn: (own + others).map(\.name.text),
                            stages: stages.randomElement(using: &random), group: "g\(number)"))
                }
            }
            limit = Int.random(in: 1...3, using: &random)
        }
        func groups() -> [[Service]] {
            Dictionary(grouping: services) { $0.group ?? "" }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func walk(
        _ workspace: Workspace, _ random: inout SeededRandom, failsOften: Bool, only group: String? = nil,
        isDisturbed: Bool = true
    ) -> Simulation {
        var cycle = Simulation(workspace.services, limit: workspace.limit)
        cycle.send(.start)
        var steps = 0
        while cycle.cycle == nil, steps < 2000 {
            steps += 1
            if isDisturbed {
                let chance = Int.random(in: 0..<80, using: &random)
                if chance == 0 { cycle.send(.superseded) }
                if chance == 1 { cycle.send(.timeIsUp) }
            }
            guard let next = cycle.running.keys.sorted().randomElement(using: &random) else { continue }
            let mayFail = group == nil || next.text.hasPrefix(group ?? "")
            let choices: [StageStatus] =
                mayFail && failsOften
                ? [.ok, .ok, .ok, .noChange, .failed, .unavailable, .timedOut, .cancelled]
                : mayFail ? Array(repeating: .ok, count: 15) + [.failed] : [.ok]
            cycle.finish(next.text, choices.randomElement(using: &random) ?? .ok)
        }
        return cycle
    }

    @Test(arguments: 0..<400)
    func aGroupIsReleasedAsAWholeOrNotAtAll(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let workspace = Workspace(&random)
        let cycle = walk(workspace, &random, failsOften: seed % 2 == 0)
        #expect(cycle.cycle != nil, "the cycle never ended: \(cycle.lines)")
        #expect(cycle.mostRunning <= workspace.limit)
        #expect(cycle.ended.count == workspace.services.count && cycle.running.isEmpty)
        for members in workspace.groups() where members.count > 1 {
            let outcomes = members.compactMap { cycle.ended[$0.name] }
            let deployed = outcomes.count { $0 == .deployed }
            #expect(deployed == 0 || deployed == members.count, "half a group is deployed: \(cycle.lines)")
            order(members, cycle)
            rollbacks(members, cycle)
        }
    }

    /// Nothing goes live before everything is built; then each after those of the group that it depends on.
    private func order(_ members: [Service], _ cycle: Simulation) {
        let built = cycle.lines.lastIndex { line in
            members.contains { member in ["build", "test"].contains { line == "\(member.name) \($0)" } }
        }
        let live = cycle.lines.firstIndex { line in
            members.contains { member in ["deploy", "restart", "health"].contains { line == "\(member.name) \($0)" } }
        }
        if let live, let built { #expect(built < live, "\(cycle.lines)") }
        for member in members {
            guard let begun = cycle.lines.firstIndex(of: "\(member.name) deploy") else { continue }
            for dependency in member.dependsOn where members.contains(where: { $0.name == dependency }) {
                let last = cycle.lines.prefix(begun).lastIndex { $0.hasPrefix("\(dependency) ") }
                #expect(last != nil)
                #expect(!cycle.lines.dropFirst(begun).contains("\(dependency) deploy"))
            }
        }
    }

    /// Whatever went live of a group that is not deployed is rolled back once, in the reverse order.
    private func rollbacks(_ members: [Service], _ cycle: Simulation) {
        let names = members.map(\.name.text)
        let deployed = members.compactMap { cycle.ended[$0.name] }.contains(.deployed)
        let undone = names.flatMap { name in cycle.lines.filter { $0 == "\(name) rollback" } }
        #expect(!deployed || undone.isEmpty)
        let begun = cycle.lines.compactMap { line in names.first { line == "\($0) deploy" } }
        let back = cycle.lines.compactMap { line in names.first { line == "\($0) rollback" } }
        #expect(Set(back).count == back.count, "rolled back twice: \(cycle.lines)")
        #expect(back == begun.reversed().filter(back.contains), "\(cycle.lines)")
        guard !deployed else { return }
        for name in begun where !back.contains(name) {
            // Nothing was done of it: its deploy could not begin, or it was cut off before.
            let outcome = cycle.machine.machines[service(name).name]?.decisive?.status
            #expect(outcome == .unavailable, "\(name) was not rolled back: \(cycle.lines)")
        }
    }

    @Test(arguments: 0..<100)
    func groupsThatDoNotDependOnEachOtherDoNotInfluenceEachOther(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var workspace = Workspace(&random)
        for index in workspace.services.indices {
            let group = workspace.services[index].group
            workspace.services[index].dependsOn.removeAll { !$0.text.hasPrefix(group ?? "") }
        }
        let cycle = walk(workspace, &random, failsOften: true, only: "g0", isDisturbed: false)
        for service in workspace.services where service.group != "g0" {
            #expect(cycle.ended[service.name] == .deployed, "\(cycle.lines)")
        }
    }
}
