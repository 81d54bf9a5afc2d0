import DockerComposeLogic
import Foundation
import PluginKit
import TestSupport
import Testing

/// What has to be done to containers, and what a stack's file says, without an engine.
struct DifferenceTests {
    private static func container(
        _ service: String, digest: String = "d", status: String = "running", exit: Int64 = 0, policy: String = ""
    ) throws -> Container {
        try #require(
            Container([
                "Id": .string("id-\(service)"), "Name": .string("/p-\(service)-1"), "Image": "sha256:i",
                "State": ["Status": .string(status), "ExitCode": .integer(exit)],
                "HostConfig": ["RestartPolicy": ["Name": .string(policy)]],
                "Config": [
                    "Labels": [
                        "com.docker.compose.service": .string(service), "codex-deployer.digest": .string(digest),
                    ]
                ],
            ]))
    }

    private static let pins = ["web": ReleaseRecord.Pin(reference: "p-web:1", id: "sha256:i", digest: "d")]

    private static func difference(_ containers: [Container], intent: Set<String>? = nil, finishing: Set<String> = [])
        -> StackDifference
    {
        StackDifference(
            pins: pins, replicas: ["web": 1], finishing: finishing, containers: containers, intent: intent)
    }

    @Test func theSameContainersAreNoDifference() throws {
        #expect(Self.difference([try Self.container("web")]).isEmpty)
        #expect(Self.difference([]).actions == ["web": .create])
        #expect(
            Self.difference([try Self.container("web"), try Self.container("old")]).orphans.map(\.service) == ["old"])
    }

    @Test(arguments: [
        ("always", 1, true), ("unless-stopped", 0, true), ("on-failure", 1, false), ("on-failure", 143, true),
        ("", 143, true), ("", 0, true), ("", 3, false),
    ])
    func whoStoppedItIsToldByItsEnd(_ policy: String, _ code: Int64, _ isByHand: Bool) throws {
        let ended = try Self.container("web", status: "exited", exit: code, policy: policy)
        let difference = Self.difference([ended])
        #expect(difference.stopped == (isByHand ? ["web"] : []))
        #expect(difference.actions == (isByHand ? [:] : ["web": .start]))
        // A change that was broken off has stopped it, unless it was stopped before.
        #expect(Self.difference([ended], intent: []).actions == ["web": .start])
        #expect(Self.difference([ended], intent: ["web"]).isEmpty)
    }

    @Test func whatTheEngineDidIsNoOperatorsWish() throws {
        var ended = try Self.container("web", status: "exited", exit: 137, policy: "unless-stopped")
        ended.endedWithEngine = true
        #expect(Self.difference([ended]).actions == ["web": .start])
        ended.endedWithEngine = false
        ended.startError = "Bind for 127.0.0.1:80 failed: port is already allocated"
        #expect(Self.difference([ended]).actions == ["web": .start])
        #expect(ended.spoken.contains("port is already allocated"))
        var made = try Self.container("web", status: "created")
        #expect(Self.difference([made]).actions == ["web": .start])
        made.isLeftUnstarted = true
        #expect(Self.difference([made]).isEmpty)
        #expect(Self.difference([made]).stopped == ["web"])
    }

    /// Ends at second 100 (of the engine's own doing, or an operator's) before the engine was ready at second 105.
    @Test func theEnginesStartIsToldByWhatItRemembersAndElseByTime() throws {
        var container = try Self.container("web", status: "exited", exit: 137, policy: "unless-stopped")
        container.finishedAt = "2026-11-27T00:19:04.645538637Z"
        let end = try #require(EngineStart.nanoseconds(container.finishedAt))
        #expect(end == 1_795_738_744_645_538_637)
        #expect(EngineStart.nanoseconds("0001-01-01T00:00:00Z") == nil)
        let second: Int64 = 1_000_000_000
        let ready = end + 5 * second
        let others = (0..<256).map { "\(end + 50 * second + Int64($0)) other exec_start: /bin/check" }
        let own = "\(end + second / 10) id-web die"
        #expect(EngineStart(ready: ready, events: [own]).ended(container, patience: 20))
        #expect(EngineStart(ready: ready, events: [own] + others.dropFirst()).ended(container, patience: 0))
        // It remembers its whole life, and nothing of that: an operator's, before it was started.
        #expect(!EngineStart(ready: ready, events: Array(others.prefix(255))).ended(container, patience: 20))
        #expect(!EngineStart(ready: ready, events: []).ended(container, patience: 20))
        #expect(
            !EngineStart(ready: ready, events: ["\(end - 1) other start"] + others.dropFirst()).ended(
                container, patience: 20))
        // It has forgotten: the time decides.
        #expect(EngineStart(ready: ready, events: others).ended(container, patience: 20))
        #expect(!EngineStart(ready: ready, events: others).ended(container, patience: 4))
        // After it was up, whatever else.
        #expect(!EngineStart(ready: end - second, events: [own]).ended(container, patience: 20))
    }

    @Test func aServiceThatEndedItsWorkIsNoDifference() throws {
        let done = try Self.container("web", status: "exited", exit: 0)
        #expect(Self.difference([done], finishing: ["web"]).isEmpty)
        #expect(Self.difference([done], finishing: ["web"]).stopped.isEmpty)
    }

    @Test func dependenciesOrderTheServices() throws {
        let json: PluginJSON = [
            "services": [
                "web": ["depends_on": ["api": ["condition": "service_healthy"]]], "api": ["depends_on": ["db"]],
                "db": [:],
                "job": [:], "late": ["depends_on": ["job": ["condition": "service_completed_successfully"]]],
            ]
        ]
        let stack = Stack(json, directory: "/x")
        #expect(stack.ranks == [["db", "job"], ["api", "late"], ["web"]])
        #expect(stack.finishing == ["job"])
    }

    @Test func aDigestChangesWithWhatMakesAContainerOnly() throws {
        func digest(_ members: PluginJSON, image: String = "i", networks: PluginJSON = [:]) -> String {
            let json: PluginJSON = ["services": ["web": members], "networks": networks]
            return Stack(json, directory: "/x").digest(of: "web", image: image, places: { $0 }, contents: { _ in nil })
        }
        let plain = digest(["environment": ["A": "1"]])
        #expect(digest(["environment": ["A": "1"], "build": ".", "depends_on": ["x"], "image": "y"]) == plain)
        #expect(digest(["environment": ["A": "2"]]) != plain)
        #expect(digest(["environment": ["A": "1"]], image: "j") != plain)
        #expect(digest(["environment": ["A": "1"]], networks: ["other": ["driver": "x"]]) == plain)
        #expect(digest(["environment": ["A": "1"]], networks: ["default": ["driver": "x"]]) != plain)
    }
}
