import DockerComposeLogic
import Foundation
import PluginKit
import Testing

/// The options of a Swarm, and what lies on the disk for one.
struct SwarmOptionsTests {
    private static func problems(_ text: String) throws -> [String] {
        do {
            _ = try Options(reading: try PluginJSON(parsing: Array(text.utf8)))
            return []
        } catch let error as InvalidOptions { return error.problems.map(\.pointer) }
    }

    @Test(arguments: [
        ("registry.example.org:5000/shop", true), ("10.0.0.1:5000", true), ("localhost/shop", true),
        ("registry.example.org", true), ("shop", false), ("https://registry.example.org", false),
        ("registry.example.org/Shop", false), ("registry.example.org/", false), ("registry.example.org/a:1", false),
        ("-x.y:1", false),
    ])
    func aRegistryIsAHostWithADotOrAPort(_ registry: String, _ isOne: Bool) throws {
        let found = try Self.problems(#"{"engine":"swarm","registry":"\#(registry)"}"#)
        #expect(found == (isOne ? [] : ["/registry"]))
    }

    @Test func aSwarmNeedsARegistryAndNothingElseHasOne() throws {
        #expect(try Self.problems(#"{"engine":"swarm"}"#) == ["/registry"])
        #expect(try Self.problems(#"{"registry":"a.b"}"#) == ["/registry"])
        #expect(try Self.problems("{}") == [])
    }

    @Test func aReleaseRemembersWhatTheRegistryCallsItsImages() throws {
        var pin = ReleaseRecord.Pin(reference: "r:1/shop-web:aaaaaaaaaaaa", id: "sha256:i", digest: "d")
        pin.remote = "r:1/shop-web@sha256:1"
        let record = ReleaseRecord(
            revision: "a", project: "shop", kind: .swarm, files: ["compose.yaml"], environment: [:], options: Options(),
            pins: ["web": pin])
        let read = try #require(ReleaseRecord(record.bytes))
        #expect(read.pins == ["web": pin])
        #expect(read.kind == .swarm && read.options.engine == .swarm)
        // Releases of Compose are called what they were called before.
        let plain = ReleaseRecord(
            revision: "a", project: "shop", kind: .composeV2, files: [], environment: [:], options: Options(),
            pins: ["web": .init(reference: "r", id: "i", digest: "d")])
        #expect(!plain.identity.contains("remote"))
    }
}
