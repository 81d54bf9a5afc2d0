import Diagnostics
import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TestSupport
import Testing

@Suite struct ResolvedFileTests {
    /// Builds with a SwiftPM that writes what it resolved, as the real one does; answers with what it was told.
    private func build(_ place: Workplace, resolving text: String?, kill: Bool = false) -> (
        locked: Bool, found: String?
    ) {
        let file = place.call.sourceDirectory + "/Package.resolved"
        let host = FakeHost()
        var found: String?
        host.answer = { _ in
            found = try? String(contentsOfFile: file, encoding: .utf8)
            if let text { try? text.write(toFile: file, atomically: false, encoding: .utf8) }
            return ToolEnd(.ended(.exited(code: 0)))
        }
        if kill {
            // The worker dies: nothing after the tool happens.
            _ = try? ResolvedFile(place.call)
            _ = try? host.run(ProcessCommand(["swift"]), onOutput: nil)
        } else {
            #expect(StageRun.run(.build, place.call, Options(), host).status == .ok)
        }
        return (host.commands.last?.arguments.contains("--only-use-versions-from-resolved-file") ?? false, found)
    }

    private func sources(_ place: Workplace) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.call.sourceDirectory).sorted()
    }

    @Test func theSourcesStayAsTheyWereAndVersionsStayChosen() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            #expect(build(place, resolving: "one") == (false, nil))
            #expect(try sources(place) == ["Package.swift"])
            #expect(build(place, resolving: nil) == (false, "one"), "the same versions again, and no lock")
            #expect(build(place, resolving: "two") == (false, "one"))
            #expect(build(place, resolving: nil) == (false, "two"))
            #expect(try sources(place) == ["Package.swift"])
        }
    }

    @Test func aCommittedFileIsFollowedAndLeftAlone() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            _ = build(place, resolving: "one")
            try place.write(["Package.resolved": "theirs"])
            #expect(build(place, resolving: nil) == (true, "theirs"))
            #expect(try sources(place) == ["Package.resolved", "Package.swift"])
            try FileManager.default.removeItem(atPath: place.call.sourceDirectory + "/Package.resolved")
            #expect(build(place, resolving: nil) == (false, nil), "what was chosen before it is forgotten")
        }
    }

    @Test func whatAKilledBuildLeavesIsNotTakenForTheirs() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            _ = build(place, resolving: "one", kill: true)
            #expect(try sources(place) == ["Package.resolved", "Package.swift"])
            #expect(build(place, resolving: nil) == (false, "one"))
        }
    }
}
