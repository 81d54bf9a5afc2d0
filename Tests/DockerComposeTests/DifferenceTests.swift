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
