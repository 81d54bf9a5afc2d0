import Foundation

/// The real `host` executable, run as a user would, with an environment of the test's own.
final class HostProcess: @unchecked Sendable {
    struct Finished {
        var status: Int32
        var output: String
        var errors: String
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let binaries =
        ProcessInfo.processInfo.environment["DEPLOYER_TEST_BIN"] ?? root.appending(path: ".build/debug").path
    static let plugins =
        ProcessInfo.processInfo.environment["DEPLOYER_TEST_PLUGINS"] ?? root.appending(path: ".build/plugins").path

    private let process = Process()
    private let lock = NSLock()
    private var collected = ""

    /// A PATH that holds the tools a build needs and no git: links to everything on the real PATH but git.
    static func pathWithoutGit(in scratch: String) throws -> String {
        let folder = scratch + "/bin-without-git"
        let files = FileManager.default
        if files.fileExists(atPath: folder) { return folder }
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for directory in path.split(separator: ":") {
            for name in (try? files.contentsOfDirectory(atPath: String(directory))) ?? [] {
                guard name != "git", !name.hasPrefix("git-") else { continue }
                try? files.createSymbolicLink(
                    atPath: "\(folder)/\(name)", withDestinationPath: "\(directory)/\(name)")
            }
        }
        return folder
    }

    static func environment(scratch: String, extra: [String: String] = [:]) throws -> [String: String] {
        var environment = ["PATH": try pathWithoutGit(in: scratch), "HOME": scratch + "/home", "LANG": "C.UTF-8"]
        try FileManager.default.createDirectory(atPath: scratch + "/home", withIntermediateDirectories: true)
        environment.merge(extra) { $1 }
        return environment
    }

    /// Runs to the end and returns what was printed.
    static func run(_ arguments: [String], in directory: String, environment: [String: String]) async throws -> Finished
    {
        let process = Process()
        process.executableURL = URL(filePath: binaries + "/host")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: directory)
        process.environment = environment
        let output = directory + "/.stdout-\(UUID().uuidString)"
        let errors = output + ".err"
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        process.standardInput = FileHandle.nullDevice
        defer {
            try? FileManager.default.removeItem(atPath: output)
            try? FileManager.default.removeItem(atPath: errors)
        }
        await withCheckedContinuation { continuation in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume() }
        }
        return Finished(
            status: process.terminationStatus, output: (try? String(contentsOfFile: output, encoding: .utf8)) ?? "",
            errors: (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")
    }
}
