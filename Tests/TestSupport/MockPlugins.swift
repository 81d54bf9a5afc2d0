import Foundation

/// Compiles mock plugins with the system's C compiler.
package enum MockPlugins {
    package struct CompilerFailure: Error, CustomStringConvertible {
        package var description: String
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The smallest plugin of `Examples`.
    package static var example: String { root.appendingPathComponent("Examples/plugins/smallest/files.c").path }

    /// The page that tells how to write one.
    package static var page: String { root.appendingPathComponent("Documentation/WritingAPlugin.md").path }

    /// Builds the mock with these macros (`MOCK_DESCRIBE="segv"` makes it crash when it is described) into `path`.
    package static func build(_ path: String, _ macros: [String: String] = [:]) async throws {
        let source = root.appendingPathComponent("Tests/MockPlugins/mock.c").path
        try await compile(source, to: path, macros.map { $0.value.isEmpty ? "-D\($0.key)" : "-D\($0.key)=\($0.value)" })
    }

    /// Compiles any C source into a shared library, without holding a thread of the cooperative pool.
    package static func compile(_ source: String, to path: String, _ flags: [String] = []) async throws {
        let result = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: Result { try run(source, path, flags) }) }
        }
        try result.get()
    }

    private static func run(_ source: String, _ path: String, _ flags: [String]) throws {
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments =
            [
                "cc", "-std=gnu11", "-shared", "-fPIC", "-fvisibility=hidden", "-w", "-I",
                root.appendingPathComponent("Sources/PluginAPI/include").path,
            ] + flags
            + [source, "-o", path, "-lpthread"]
        let output = Pipe()
        compiler.standardError = output
        try compiler.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else {
            throw CompilerFailure(description: String(decoding: text, as: UTF8.self))
        }
    }
}
