import Foundation

/// The executables of this package, as they were built beside the tests.
package enum BuiltExecutable {
    /// Absolute path of an executable product or target.
    package static func path(_ name: String) -> String {
        let running = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let candidates =
            [running, CommandLine.arguments.first, Bundle.main.executablePath].compactMap { $0 }.map {
                URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent(name).path
            } + ["\(FileManager.default.currentDirectoryPath)/.build/debug/\(name)"]
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
    }
}
