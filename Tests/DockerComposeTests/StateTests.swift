import DockerComposeLogic
import Foundation
import PluginKit
import Synchronization
import TestSupport
import Testing

/// A state that cannot be read is not the state of a service that was never deployed. Needs no engine: none may be spoken to.
@Suite struct StateTests {
    private final class Host: StackHost, Sendable {
        let reported = Mutex<[PluginDiagnostic]>([])
        let commands = Mutex(0)
        func log(_ text: String, level: PluginLog.Level) {}
        func report(_ diagnostic: PluginDiagnostic) { reported.withLock { $0.append(diagnostic) } }
        func progress(_ share: Double?, _ message: String) {}
        func output(_ key: String, _ value: String) {}
        func checkpoint(_ state: [UInt8]) { Issue.record("a checkpoint") }
        func plan(_ changes: [PlanChange]) {}
        func run(
            _ command: ProcessCommand, onOutput: ((ProcessHost.Stream, [UInt8]) -> Void)?
        ) throws -> CommandEnd {
            commands.withLock { $0 += 1 }
            return CommandEnd(.exited(0), message: "", output: [], error: [])
        }
        var isCancelled: Bool { false }
        var timeLeft: Duration { .seconds(60) }
        var now: Duration { .seconds(1) }
        func pause(_ duration: Duration) {}
    }

    /// Empty, nonsense, cut off, and of a later version.
    private static let states = [
        "", "nonsense", #"{"version": 1, "release"#,
        #"{"version": 2, "release": "x", "revision": "y", "engine": "docker", "project": "p"}"#,
    ]

    @Test(arguments: [PluginStage.rollback, .deploy, .restart, .health, .plan], states)
    func nothingIsTouched(_ stage: PluginStage, _ state: String) async throws {
        try await ScratchDirectory.with { root in
            for folder in ["source", "scratch", "releases/r1"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(root)/releases/current", withDestinationPath: "r1")
            var call = StackCall(
                service: "team/shop", sourceDirectory: "\(root)/source", scratchDirectory: "\(root)/scratch",
                releaseDirectory: "\(root)/releases", revision: String(repeating: "b", count: 40))
            call.state = Array(state.utf8)
            let host = Host()
            let result = StackStages.run(stage, call, Options(), host)
            #expect(result.status == .failed, "\(result)")
            let reported = host.reported.withLock { $0 }
            #expect(reported.map(\.code) == ["compose.state"])
            #expect(reported.first?.detail?.contains("codex-deployer forget team/shop") == true)
            #expect(host.commands.withLock { $0 } == 0)
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/releases/current") == "r1")
        }
    }
}
