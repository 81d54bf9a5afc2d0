import DockerComposeLogic
import Foundation
import PluginKit
import Testing

/// Whether a service of a Swarm has come to what was asked for, read from what a manager prints.
struct SwarmVerdictTests {
    private static func service(
        image: String = "new", mode: String = #""Replicated":{"Replicas":2}"#, update: String? = nil,
        action: String = "rollback", constraints: String = ""
    ) throws -> SwarmService {
        let status = update.map {
            ",\"UpdateStatus\":{\"State\":\"\($0)\",\"StartedAt\":\"t\",\"Message\":\"because\"}"
        }
        let text = """
            {"ID":"s1","Spec":{"Name":"shop_web","Labels":{"codex-deployer.digest":"d"},"TaskTemplate":{"ContainerSpec":\
            {"Image":"\(image)","DNSConfig":{},"Privileges":{"NoNewPrivileges":false}},"Placement":{\(constraints)},\
            "ForceUpdate":0,"Runtime":"container","RestartPolicy":{"Condition":"any"}},"Mode":{\(mode)},\
            "UpdateConfig":{"FailureAction":"\(action)"}}\(status ?? "")}
            """
        return try #require(SwarmService(try PluginJSON(parsing: Array(text.utf8)), stack: "shop"))
    }

    private static func task(
        _ id: String, _ state: String = "running", image: String = "new", desired: String = "running",
        node: String = "n1", error: String = "", code: Int = 0
    ) throws -> SwarmTask {
        let text = """
            {"ID":"\(id)","ServiceID":"s1","Slot":1,"NodeID":"\(node)","DesiredState":"\(desired)","Spec":{"ContainerSpec":\
            {"Image":"\(image)","Privileges":{"CredentialSpec":null}},"Placement":{},"ForceUpdate":0},\
            "Status":{"State":"\(state)","Err":"\(error)","ContainerStatus":{"ExitCode":\(code)}}}
            """
        return try #require(SwarmTask(try PluginJSON(parsing: Array(text.utf8))))
    }

    private static func nodes(_ states: String...) throws -> [SwarmNode] {
        try states.enumerated().map { index, state in
            let text = """
                {"ID":"n\(index + 1)","Description":{"Hostname":"host\(index + 1)"},"Status":{"State":"\(state)"},\
                "Spec":{"Availability":"active"},"ManagerStatus":{"Leader":true}}
                """
            return try #require(SwarmNode(try PluginJSON(parsing: Array(text.utf8))))
        }
    }

    private static func verdict(
        _ service: SwarmService, _ tasks: [SwarmTask], before: SwarmView = SwarmView(), nodes: [SwarmNode]? = nil,
        finishing: Bool = false
    ) throws -> SwarmVerdict {
        let view = SwarmView(services: [service], tasks: tasks, nodes: try nodes ?? Self.nodes("ready", "ready"))
        return SwarmVerdict.of(service, in: view, since: .init(before), finishing: finishing)
    }

    @Test func asManyTasksOfTheNewKindAsWantedAreConverged() throws {
        let two = [try Self.task("a"), try Self.task("b", node: "n2")]
        #expect(try Self.verdict(try Self.service(), two) == .converged)
        #expect(try Self.verdict(try Self.service(update: "completed"), two) == .converged)
        // The manager is still at it, or has not begun: an older task runs.
        guard case .waiting = try Self.verdict(try Self.service(update: "updating"), two),
            case .waiting(let older) = try Self.verdict(try Self.service(), two + [try Self.task("c", image: "old")])
        else {
            Issue.record("not converged yet")
            return
        }
        #expect(older.contains("older ones too"))
        #expect(
            try Self.verdict(try Self.service(), [try Self.task("a"), try Self.task("b", image: "old")]) != .converged)
    }

    @Test func whatIsMissingIsSaid() throws {
        let stuck = try Self.task("b", "pending", node: "", error: "no suitable node (scheduling constraints)")
        let verdict = try Self.verdict(try Self.service(), [try Self.task("a"), stuck])
        #expect(
            verdict
                == .waiting("1 of 2 tasks of 'web' run; web.1 pending: no suitable node (scheduling constraints)"))
        // A task on a machine that is away does not count, whatever was last heard of it.
        let away = try Self.verdict(
            try Self.service(), [try Self.task("a"), try Self.task("b", node: "n2")],
            nodes: try Self.nodes("ready", "down"))
        #expect(away == .waiting("1 of 2 tasks of 'web' run; web.1 is on host2, which is down"))
    }

    @Test(arguments: [
        ("rollback_completed", "rolled the update of 'web' back"), ("rollback_paused", "gave up"),
        ("paused", "stopped the update of 'web'"),
    ])
    func theSwarmsOwnBadWordIsAFailure(_ state: String, _ words: String) throws {
        let service = try Self.service(update: state)
        let tasks = [try Self.task("a"), try Self.task("b", node: "n2")]
        guard case .failed(let text, _) = try Self.verdict(service, tasks) else {
            Issue.record("'\(state)' is a failure")
            return
        }
        #expect(text.contains(words) && text.contains("because"), "\(text)")
        // What it said before the change is no news.
        #expect(try Self.verdict(service, tasks, before: SwarmView(services: [service])) == .converged)
    }

    @Test func aTaskThatFailsIsTheSwarmsToJudgeOnlyWhileItUpdates() throws {
        let dead = try Self.task("x", "failed", desired: "shutdown", error: "task: non-zero exit (3)", code: 3)
        let tasks = [try Self.task("a"), try Self.task("b"), dead]
        guard case .failed(let text, let failed) = try Self.verdict(try Self.service(), tasks) else {
            Issue.record("a first deployment has failed")
            return
        }
        #expect(text.contains("failed: task: non-zero exit (3)"), "\(text)")
        #expect(failed == [dead])
        let before = SwarmView(services: [try Self.service(image: "old")], tasks: [])
        guard
            case .waiting = try Self.verdict(
                try Self.service(update: "updating"), [try Self.task("a"), dead], before: before),
            case .waiting = try Self.verdict(try Self.service(), [try Self.task("a"), dead], before: before)
        else {
            Issue.record("the Swarm takes it back, or stops")
            return
        }
        guard case .failed = try Self.verdict(try Self.service(update: "completed"), tasks, before: before),
            case .failed = try Self.verdict(
                try Self.service(update: "updating", action: "continue"), tasks, before: before)
        else {
            Issue.record("nobody else judges it")
            return
        }
        // What failed before, or ended with its machine, is no failure of this change.
        let service = try Self.service()
        #expect(try Self.verdict(service, tasks, before: SwarmView(services: [service], tasks: [dead])) == .converged)
        let missed = SwarmView(services: [service], tasks: [], nodes: try Self.nodes("down"))
        #expect(try Self.verdict(service, tasks, before: missed) == .converged)
    }

    /// A rollback met the last end of what it took away, and was held to have failed.
    @Test func aTaskOfWhatIsReplacedIsNoFaultOfWhatTakesItsPlace() throws {
        let broken = SwarmView(services: [try Self.service(image: "broken", update: "paused")], tasks: [])
        let dying = try Self.task(
            "x", "failed", image: "broken", desired: "shutdown", error: "non-zero exit (3)", code: 3)
        for update in [nil, "completed"] {
            let service = try Self.service(update: update)
            #expect(
                try Self.verdict(service, [try Self.task("a"), try Self.task("b"), dying], before: broken) == .converged
            )
            let own = try Self.task("y", "failed", desired: "shutdown", error: "non-zero exit (3)", code: 3)
            guard case .waiting = try Self.verdict(service, [try Self.task("a"), dying], before: broken) else {
                Issue.record("it has not failed yet")
                return
            }
            guard update != nil else { continue }
            guard case .failed = try Self.verdict(service, [try Self.task("a"), own], before: broken) else {
                Issue.record("it has failed")
                return
            }
        }
    }

    @Test func servicesOnEveryNodeAndServicesThatEndAreCountedTheirWay() throws {
        let everywhere = try Self.service(mode: #""Global":{}"#)
        #expect(try Self.verdict(everywhere, [try Self.task("a"), try Self.task("b", node: "n2")]) == .converged)
        #expect(try Self.verdict(everywhere, [try Self.task("a")]) != .converged)
        #expect(
            try Self.verdict(everywhere, [try Self.task("a")], nodes: try Self.nodes("ready", "down")) == .converged)
        let some = try Self.service(mode: #""Global":{}"#, constraints: #""Constraints":["node.labels.x == y"]"#)
        #expect(try Self.verdict(some, [try Self.task("a")]) == .converged)

        let one = try Self.service(mode: #""Replicated":{"Replicas":1}"#)
        let done = try Self.task("a", "complete", desired: "shutdown")
        #expect(try Self.verdict(one, [done], finishing: true) == .converged)
        #expect(try Self.verdict(one, [try Self.task("a")], finishing: true) != .converged)
        guard case .failed(let text, _) = try Self.verdict(one, [done]) else {
            Issue.record("it ought to stay up")
            return
        }
        #expect(text.contains("exited with code 0"))
        #expect(try Self.verdict(try Self.service(mode: #""Replicated":{"Replicas":0}"#), []) == .converged)
    }

    @Test func startingAnewIsNoOtherSpecificationAndScalingIs() throws {
        let one = try Self.service()
        #expect(one.name == "web" && one.digest == "d" && one.failureAction == "rollback")
        let text = """
            {"ID":"s1","Spec":{"Name":"shop_web","TaskTemplate":{"ForceUpdate":%},"Mode":{"Replicated":{"Replicas":2}}}}
            """
        func specification(_ text: String) throws -> String? {
            SwarmService(try PluginJSON(parsing: Array(text.utf8)), stack: "shop")?.specification
        }
        let first = try specification(text.replacing("%", with: "0"))
        #expect(try specification(text.replacing("%", with: "4")) == first)
        #expect(try specification(text.replacing("%", with: "0").replacing(":2}", with: ":3}")) != first)
    }
}
