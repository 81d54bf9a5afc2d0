import Foundation

/// The real `host` executable, run as a user would, with an environment of the test's own.
enum HostProcess {
    struct Finished {
        var status: Int32
        var output: String
        var errors: String
        /// Everything it said, for a test's message.
        var text: String { "exit \(status)\n\(output)\(errors)" }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// The folder that holds `host`, its helpers and the plugin libraries, as they were built.
    static let binaries =
        ProcessInfo.processInfo.environment["DEPLOYER_TEST_BIN"] ?? root.appending(path: ".build/debug").path

    /// Lays the programs out as `make install` does, `bin/` and `plugins/` beside each other: what runs is what was just
    /// built, with the plugins that the test wants.
    /// - Returns: the path of `host`.
    static func install(in folder: String, plugins: [String] = []) throws -> String {
        let files = FileManager.default
        for name in ["bin", "plugins"] {
            try files.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
        }
        for name in ["host", "PluginWorker", "PluginProbe", "GitTransport", "ServiceSupervisor"] {
            let (source, target) = ("\(binaries)/\(name)", "\(folder)/bin/\(name)")
            // A link does where both are on one file system.
            do { try files.linkItem(atPath: source, toPath: target) } catch { try copy(source, to: target) }
        }
        for name in plugins {
            let target = "\(folder)/plugins/\(name)"
            try files.copyItem(atPath: "\(binaries)/\(name)", toPath: target)
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: target)
        }
        return "\(folder)/bin/host"
    }

    /// Copies a program by another process: a child that this one starts meanwhile would inherit the file that is being
    /// written, and who has it open keeps the program from running.
    private static func copy(_ source: String, to target: String) throws {
        let copy = try Process.run(URL(filePath: "/bin/cp"), arguments: [source, target])
        copy.waitUntilExit()
        guard copy.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

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
    static func run(
        _ arguments: [String], in directory: String, environment: [String: String],
        program: String = binaries + "/host"
    ) async throws -> Finished {
        let output = FileManager.default.temporaryDirectory.path + "/deployer-output-\(UUID().uuidString)"
        let errors = output + ".err"
        let process = try make(
            arguments, in: directory, environment: environment, output: output, errors: errors, program: program)
        defer {
            try? FileManager.default.removeItem(atPath: output)
            try? FileManager.default.removeItem(atPath: errors)
        }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Finished(
            status: process.terminationStatus, output: (try? String(contentsOfFile: output, encoding: .utf8)) ?? "",
            errors: (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")
    }

    /// A process that is ready to run, its output going to files.
    static func make(
        _ arguments: [String], in directory: String, environment: [String: String], output: String, errors: String,
        program: String
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: directory)
        process.environment = environment
        for file in [output, errors] where !FileManager.default.fileExists(atPath: file) {
            _ = FileManager.default.createFile(atPath: file, contents: nil)
        }
        process.standardOutput = try Self.appending(to: output)
        process.standardError = output == errors ? process.standardOutput : try Self.appending(to: errors)
        process.standardInput = FileHandle.nullDevice
        return process
    }

    private static func appending(to file: String) throws -> FileHandle {
        let handle = try FileHandle(forWritingTo: URL(filePath: file))
        try handle.seekToEnd()
        return handle
    }
}
