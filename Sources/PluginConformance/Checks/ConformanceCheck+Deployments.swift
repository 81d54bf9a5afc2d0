import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ConformanceCheck {
    private static let run = "WritingAPlugin.md, 'What run is told, and what it answers'"

    static let deployments: [ConformanceCheck] = [
        ConformanceCheck(
            "detect.tree", "detect leaves the sources as they were.", read: "plugin_api.h, deployer_detect_request"
        ) { try await detectLeavesTheTree($0) },
        ConformanceCheck(
            "detect.claims", isRequired: false, "detect recognises the example, and claims no empty folder.",
            read: "plugin_api.h, deployer_detection"
        ) { try await detectClaims($0) },
        ConformanceCheck(
            "secret.canary", "A secret stands in nothing it says and in no file it leaves.",
            read: "WritingAPlugin.md, 'Host services'"
        ) { try await Canary.look($0) },
        deployment("deploy.twice", "What is deployed already is answered with NO_CHANGE.", [.deploy]) { room in
            try await deployTwice(room)
        },
        deployment(
            "deploy.killed",
            "After a kill -9 in the middle of a deploy, the next deploy brings about the same as one alone.",
            [.deploy]
        ) { try await InterruptedDeployment.check($0, .killed) },
        deployment(
            "deploy.cancelled",
            "A deploy that is cancelled in the middle ends soon, and the next brings about the same as one alone.",
            [.deploy]
        ) { try await InterruptedDeployment.check($0, .cancelled) },
        deployment(
            "rollback.state", "rollback makes live again what the checkpoint describes.", [.deploy, .rollback]
        ) { try await rollBack($0) },
        deployment("state.old", "A state that an older version wrote still loads.", [.deploy]) {
            try await oldState($0)
        },
    ]

    private static func deployment(
        _ name: String, _ expects: String, _ needed: [Stage],
        _ body: @escaping @Sendable (CheckRoom) async throws -> CheckVerdict
    ) -> ConformanceCheck {
        ConformanceCheck(name, expects, read: run) { room in
            do {
                if name == "state.old", room.options.state == nil {
                    return .skipped("it needs a checkpoint that an older version wrote: give --state FILE")
                }
                try ExampleDeployment.require(needed, room)
                return try await body(room)
            } catch let obstacle as ExampleDeployment.Obstacle {
                return obstacle.verdict
            }
        }
    }

    private static let noDetect = CheckVerdict.skipped("it has no detect: its services are named in deployer.yaml")

    private static func hasDetect(_ room: CheckRoom) async -> Bool {
        await Probe(room: room).run("load").facts["detect"] == "yes"
    }

    private static func detectLeavesTheTree(_ room: CheckRoom) async throws -> CheckVerdict {
        guard await hasDetect(room) else { return noDetect }
        let before = TreeSnapshot(of: room.source, withTimes: true)
        let answer = await ConformanceStages(room).detect()
        guard answer.isComplete else { return .failed(["detect crashed, hung or failed"]) }
        let differences = before.differences(to: TreeSnapshot(of: room.source, withTimes: true))
        return CheckVerdict(problems: differences.map { "after detect, \($0)" })
    }

    private static func detectClaims(_ room: CheckRoom) async throws -> CheckVerdict {
        guard await hasDetect(room) else { return noDetect }
        let stages = ConformanceStages(room)
        let found = await stages.detect().found
        var problems: [String] = []
        if room.options.source != nil, !found.contains(where: { $0.kind == room.subject.kind && $0.confidence >= 50 }) {
            problems.append("the example was not recognised as '\(room.subject.kind)' with a confidence of 50 or more")
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: room.source) {
            try FileManager.default.removeItem(atPath: "\(room.source)/\(name)")
        }
        for claim in await stages.detect().found where claim.confidence >= 50 {
            problems.append("an empty folder was claimed as '\(claim.kind)': \(claim.evidence)")
        }
        return CheckVerdict(problems: problems, notes: found.map { "\($0.kind) \($0.confidence): \($0.evidence)" })
    }

    private static func deployTwice(_ room: CheckRoom) async throws -> CheckVerdict {
        try await ConformanceStages.real(room) { stages in
            var example = ExampleDeployment(stages)
            let revision = try ExampleDeployment.revision(1)
            try await example.deploy(revision)
            let before = TreeSnapshot(of: room.releases, withTimes: false)
            let live = try await LiveState.look(room)
            let again = try await example.deploy(revision)
            var problems = before.differences(to: TreeSnapshot(of: room.releases, withTimes: false)).map {
                "after the second deploy, \($0) in the release folder"
            }
            if problems.isEmpty {
                problems = live.differences(to: try await LiveState.look(room)).map {
                    "after the second deploy, \($0) in what is live"
                }
            }
            if again.status != .noChange {
                problems.insert("the second deploy of the same revision answered \(again.status.rawValue)", at: 0)
            }
            return CheckVerdict(problems: problems)
        }
    }

    private static func rollBack(_ room: CheckRoom) async throws -> CheckVerdict {
        try await ConformanceStages.real(room) { stages in
            var example = ExampleDeployment(stages)
            try await example.deploy(ExampleDeployment.revision(1))
            let first = try await LiveState.look(room)
            let state = example.state
            guard state != nil else {
                return .failed(["deploy left no checkpoint, so there is nothing that rollback could go by"])
            }
            try example.change(2)
            try await example.deploy(ExampleDeployment.revision(2))
            let second = try await LiveState.look(room)
            try await example.step(.rollback, ExampleDeployment.revision(2), state: state)
            let differences = first.differences(to: try await LiveState.look(room))
            let notes =
                first.differences(to: second).isEmpty
                ? [
                    "both releases of the example look the same here: give --change DIR, and --live COMMAND where it deploys elsewhere"
                ]
                : []
            return CheckVerdict(
                problems: differences.map { "after the rollback, \($0) in what is live" }, notes: notes)
        }
    }

    private static func oldState(_ room: CheckRoom) async throws -> CheckVerdict {
        guard let file = room.options.state, let state = FileManager.default.contents(atPath: file).map(Array.init)
        else {
            return .failed(["the state cannot be read"])
        }
        return try await ConformanceStages.real(room) { stages in
            let example = ExampleDeployment(stages)
            let revision = try ExampleDeployment.revision(1)
            try await example.build(revision)
            try await example.step(.deploy, revision, state: state)
            return .passed
        }
    }
}
