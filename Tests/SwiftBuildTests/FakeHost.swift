import Diagnostics
import Foundation
import Model
import PluginKit
import SwiftBuildLogic

/// A host without a daemon: keeps what it is told, answers commands from a script or runs them for real, and plays
/// the supervisor from a list of conditions.
final class FakeHost: StageHost {
    var lines: [String] = []
    var diagnostics: [Diagnostic] = []
    var outputs: [String: String] = [:]
    /// nil until the stage `plan` has said what would change.
    var planned: [PlanChange]?
    var checkpoints: [[UInt8]] = []
    var steps: [String] = []
    var commands: [ProcessCommand] = []
    var started: [SupervisedProcess] = []
    var stops = 0
    /// What a supervised service does, look by look; the last one stands.
    var conditions: [ServiceCondition] = [ServiceCondition(state: .running, pid: 4711)]
    var isCancelled = false
    var timeLeft: Duration = .seconds(600)
    var clock = Timestamp(seconds: 1_800_000_000)
    /// Answers a command; nil runs it.
    var answer: ((ProcessCommand) -> ToolEnd?)?
    /// What a command printed, for looking at when a test fails.
    var transcript = ""
    var errors: [Diagnostic] { diagnostics.filter(\.isError) }
    var hasError: Bool { !errors.isEmpty }

    var now: Timestamp { clock }
    func log(_ text: String, level: PluginLog.Level) { lines.append(text) }
    func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }
    func progress(_ share: Double?, _ message: String) { steps.append(message) }
    func output(_ key: String, _ value: String) { outputs[key] = value }
    func plan(_ changes: [PlanChange]) { planned = changes }
    func checkpoint(_ state: [UInt8]) { checkpoints.append(state) }
    func pause(_ duration: Duration) { clock = clock.advanced(by: duration) }

    func start(_ process: SupervisedProcess) throws -> ServiceCondition {
        started.append(process)
        return ServiceCondition(state: .running, pid: 4711, startedAt: clock, logPath: "/nowhere/runtime.log")
    }
    func stop(grace: Duration) throws -> ServiceCondition {
        stops += 1
        return ServiceCondition(state: .stopped)
    }
    func condition() throws -> ServiceCondition {
        conditions.count > 1 ? conditions.removeFirst() : conditions[0]
    }

    func run(_ command: ProcessCommand, onOutput: ((LogLine.Stream, [UInt8]) -> Void)?) throws -> ToolEnd {
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
    static func withoutBlockedSignals<Result>(_ body: () throws -> Result) rethrows -> Result {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body()
    }
}

/// Folders and revisions for a stage, in a scratch directory.
struct Workplace {
    let root: String
    var call: StageCall

    init(_ root: String, service: String = "hello", revision: Character = "a") {
        self.root = root
        call = StageCall(
            service: service, sourceDirectory: "\(root)/source", scratchDirectory: "\(root)/scratch",
            releaseDirectory: "\(root)/releases", revision: Self.revision(revision))
        for folder in ["source", "scratch", "releases"] {
            try? FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
    }

    static func revision(_ digit: Character) -> Revision {
        guard let revision = Revision(String(repeating: digit, count: 40)) else {
            preconditionFailure("'\(digit)' is no hexadecimal digit")
        }
        return revision
    }

    func write(_ files: [String: String]) throws {
        for (path, content) in files {
            let url = URL(fileURLWithPath: "\(call.sourceDirectory)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: url)
        }
    }

    /// A product that some build has left, and what would be installed of it.
    func product(_ name: String = "hello", content: String, run: String? = "hello") throws -> Artifacts {
        let path = "\(call.scratchDirectory)/\(name)"
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return Artifacts(items: [.init(name: name, source: path)], executables: [name], run: run)
    }

    /// What the live release's product holds; nil when nothing is live.
    func live(_ name: String = "hello") -> String? {
        try? String(contentsOfFile: "\(call.releaseDirectory)/current/\(name)", encoding: .utf8)
    }
}
