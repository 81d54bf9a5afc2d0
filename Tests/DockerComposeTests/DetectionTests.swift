import DockerComposeLogic
import Foundation
import PluginKit
import TestSupport
import Testing

/// What is recognised, as what, and what is said of it.
struct DetectionTests {
    private func evidence(_ files: [String: String]) async throws -> KindEvidence? {
        try await ScratchDirectory.with { root in
            for (name, text) in files { try text.write(toFile: "\(root)/\(name)", atomically: true, encoding: .utf8) }
            let before = try FileManager.default.contentsOfDirectory(atPath: root).sorted()
            let found = Detection.evidence(in: root)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root).sorted() == before)
            return found
        }
    }

    @Test(arguments: ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"])
    func aComposeFileIsAStack(_ name: String) async throws {
        let found = try #require(try await evidence([name: "services:\n  web:\n    image: x\n  db:\n    image: y\n"]))
        #expect(found.kind == "compose")
        #expect(found.confidence >= 90)
        #expect(found.evidence == "\(name) found with 2 services")
        #expect(!found.isCompanion)
    }

    @Test func aDockerfileAloneIsAStackAndBesideAPackageACompanion() async throws {
        #expect(try await evidence(["Dockerfile": "FROM x\n"])?.evidence == "Dockerfile found")
        let beside = try await evidence(["Dockerfile": "FROM x\n", "Package.swift": "// swift-tools-version: 6.0\n"])
        #expect(beside?.isCompanion == true)
        #expect(try await evidence(["kong.yaml": "x: y\n"]) == nil)
    }

    @Test func aFileOfNothingButCommentsIsRecognisedAndSaysSo() async throws {
        let found = try await evidence(["docker-compose.yml": "# later\n\n---\n# more\n"])
        #expect(found?.evidence.contains("nothing but comments") == true)
        #expect((found?.confidence ?? 0) >= 50)
    }

    @Test func whatIsNoYAMLIsStillRecognisedByItsName() async throws {
        let found = try await evidence(["compose.yaml": "services: [\n"])
        #expect((found?.confidence ?? 0) >= 50)
    }

    @Test func theDescriptionIsTheSameBytesEachTimeAndItsDefaultsAreValid() throws {
        #expect(DockerComposePlugin.manifest.document == DockerComposePlugin.manifest.document)
        #expect(OptionSchema(Options.schema).problems(in: [:]).isEmpty)
        #expect(try Options(reading: [:]) == Options())
        // The first is the default, and nothing but the word itself leads to a Swarm.
        #expect(Options.Engine.allCases.first == .automatic)
    }

    @Test(arguments: [
        (#"{"project":"Shop"}"#, "/project"), (#"{"project_directory":"data"}"#, "/project_directory"),
        (#"{"files":["../x.yaml"]}"#, "/files/0"), (#"{"docker_host":"/run/x"}"#, "/docker_host"),
        (#"{"settle":"soon"}"#, "/settle"), (#"{"wait":7200}"#, "/wait"),
        (#"{"environment":{"A":"1"},"secrets":{"A":"x"}}"#, "/secrets/A"),
        (#"{"container":{"image":"x"}}"#, "/container/image"), (#"{"one_shot":["-x"]}"#, "/one_shot/0"),
        (#"{"engine":"podman-compose","docker_host":"unix:///x"}"#, "/docker_host"),
    ])
    func anOptionThatCannotBeIsNamed(_ text: String, _ pointer: String) throws {
        let json = try PluginJSON(parsing: Array(text.utf8))
        let error = #expect(throws: InvalidOptions.self) { try Options(reading: json) }
        #expect(error?.problems.map(\.pointer) == [pointer])
    }
}
