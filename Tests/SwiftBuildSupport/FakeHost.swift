import Diagnostics
import Foundation
package import Model
package import PluginKit
package import SwiftBuildLogic

/// A host without a daemon: keeps what it is told, answers commands from a script or runs them for real, and plays
/// the supervisor from a list of conditions.
package final class FakeHost: StageHost {
    package init() {}

    package var lines: [String] = []
    package var diagnostics: [Diagnostic] = []
    package var outputs: [String: String] = [:]
    package var checkpoints: [[UInt8]] = []
    /// What the stage `plan` reported; nil when it did not.
    package var changes: [PlanChange]?
    package var steps: [String] = []
    package var commands: [ProcessCommand] = []
    package var started: [SupervisedProcess] = []
    package var stops = 0
    /// What a supervised service does, look by look; the last one stands.
    package var conditions: [ServiceCondition] = [ServiceCondition(state: .running, pid: 4711)]
    package var isCancelled = false
    package var timeLeft: Duration = .seconds(600)
    package var clock = Timestamp(seconds: 1_800_000_000)
    /// Answers a command; nil runs it.
    package var answer: ((ProcessCommand) -> ToolEnd?)?
    /// What a command printed, for looking at when a test fails.
    package var transcript = ""
    package var errors: [Diagnostic] { diagnostics.filter(\.isError) }
    package var hasError: Bool { !errors.isEmpty }

    package var now: Timestamp { clock }
    package func log(_ text: String, level: PluginLog.Level) { lines.append(text) }
    package func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }
    package func progress(_ share: Double?, _ message: String) { steps.append(message) }
    package func output(_ key: String, _ value: String) { outputs[key] = value }
    package func plan(_ changes: [PlanChange]) { self.changes = changes }
    package func checkpoint(_ state: [UInt8]) { checkpoints.append(state) }
    package func pause(_ duration: Duration) { clock = clock.advanced(by: duration) }

    package func start(_ process: SupervisedProcess) throws -> ServiceCondition {
        started.append(process)
        return ServiceCondition(state: .running, pid: 4711, startedAt: clock, logPath: "/nowhere/runtime.log")
    }
    package func stop(grace: Duration) throws -> ServiceCondition {
        stops += 1
        return ServiceCondition(state: .stopped)
    }
    package func condition() throws -> ServiceCondition {
        conditions.count > 1 ? conditions.removeFirst() : conditions[0]
    }

    package func run(_ command: ProcessCommand, onOutput: ((LogLine.Stream, [UInt8]) -> Void)?) throws -> ToolEnd {
        commands.append(command)
        if let scripted = answer?(command) {
            if !scripted.output.isEmpty { onOutput?(.stdout, scripted.output) }
            return scripted
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command.arguments
        process.currentDirectoryURL = command.directory.map { URL(fileURLWithPath: $0) }
        let own = ProcessInfo.processInfo.environment
        let passed = own.filter { (["PATH", "HOME", "TMPDIR", "LANG", "TZ"] + command.inherit).contains($0.key) }
        process.environment = passed.merging(command.environment, uniquingKeysWith: { $1 })
        let outputs = (FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString), Pipe())
        _ = FileManager.default.createFile(atPath: outputs.0.path, contents: nil)
        let errors = try FileHandle(forWritingTo: outputs.0)
        defer { try? FileManager.default.removeItem(at: outputs.0) }
        process.standardOutput = outputs.1
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try Self.withoutBlockedSignals { try process.run() }
        let printed = [UInt8](outputs.1.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        let complained = [UInt8](try Data(contentsOf: outputs.0))
        onOutput?(.stdout, printed)
        onOutput?(.stderr, complained)
        transcript += String(decoding: printed + complained, as: UTF8.self)
        let outcome: ToolTermination =
            process.terminationReason == .exit
            ? .exited(code: process.terminationStatus) : .signalled(number: process.terminationStatus)
        return ToolEnd(.ended(outcome), output: command.keepOutput == nil ? [] : printed)
    }
}

extension FakeHost {
    /// Threads of the concurrency pool have their signals blocked, and a child inherits that: it could then neither be
    /// terminated nor catch its own crash.
    package static func withoutBlockedSignals<Result>(_ body: () throws -> Result) rethrows -> Result {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body()
    }
}

/// Folders and revisions for a stage, in a scratch directory.
package struct Workplace {
    package let root: String
    package var call: StageCall

    package init(_ root: String, service: String = "hello", revision: Character = "a") {
        self.root = root
        call = StageCall(
            service: service, sourceDirectory: "\(root)/source", scratchDirectory: "\(root)/scratch",
            releaseDirectory: "\(root)/releases", revision: Self.revision(revision))
        for folder in ["source", "scratch", "releases"] {
            try? FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
    }

    package static func revision(_ digit: Character) -> Revision {
        guard let revision = Revision(String(repeating: digit, count: 40)) else {
            preconditionFailure("'\(digit)' is no hexadecimal digit")
        }
        return revision
    }

    package func write(_ files: [String: String]) throws {
        for (path, content) in files {
            let url = URL(fileURLWithPath: "\(call.sourceDirectory)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: url)
        }
    }

    /// A product that some build has left, and what would be installed of it.
    package func product(_ name: String = "hello", content: String, run: String? = "hello") throws -> Artifacts {
        let path = "\(call.scratchDirectory)/\(name)"
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return Artifacts(items: [.init(name: name, source: path)], executables: [name], run: run)
    }

    /// What the live release's product holds; nil when nothing is live.
    package func live(_ name: String = "hello") -> String? {
        try? String(contentsOfFile: "\(call.releaseDirectory)/current/\(name)", encoding: .utf8)
    }
}
