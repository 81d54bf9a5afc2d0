import Diagnostics
import Foundation
package import Model
import TestSupport

/// One build of a written-out package, and a run of what came of it.
package struct BrokenBuild: Sendable {
    package var isBuilt: Bool
    package var diagnostics: [Diagnostic]
    /// What the program printed, without its last line end; nil where there is none or where it crashed.
    package var output: String?

    package enum Tool: Sendable {
        /// The compiler on all sources at once: some half a second.
        case compiler
        /// `swift build`, as the deployer's plugin calls it: some seconds.
        case packageManager
    }

    package static func make(_ package: BrokenPackage, in folder: String, by tool: Tool) throws -> BrokenBuild {
        switch tool {
        case .compiler: try compiled(package, folder)
        case .packageManager: try managed(folder)
        }
    }

    private static func compiled(_ package: BrokenPackage, _ folder: String) throws -> BrokenBuild {
        for name in ["App", "App.dia"] { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
        let paths = package.sources.map(\.path)
        let arguments =
            ["swiftc", "-swift-version", "6", "-module-name", "App", "-wmo", "-serialize-diagnostics", "-o", "App"]
            + package.flags + paths
        let result = try run(arguments, in: folder)
        let bytes = FileManager.default.contents(atPath: "\(folder)/App.dia").map(Array.init) ?? []
        let found = try SerializedDiagnostics(bytes, paths: PathMapper(sourceDirectory: folder), stage: .build)
        return try ended(result.status == 0, found.diagnostics, "\(folder)/App")
    }

    /// In the package's folder, with the PATH that the toolchain was found by.
    private static func run(_ arguments: [String], in folder: String) throws -> PeerCommand.Result {
        try PeerCommand.run(
            ["sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + arguments,
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"])
    }

    private static func managed(_ folder: String) throws -> BrokenBuild {
        let result = try run(
            ["swift", "build", "--build-system", "native", "--scratch-path", "\(folder)/.build", "-j", "2"], in: folder)
        // A first build that fails leaves no `debug` link behind.
        let found = SerializedDiagnostics.load(
            scratchDirectory: "\(folder)/.build", paths: PathMapper(sourceDirectory: folder), stage: .build)
        return try ended(result.status == 0, found, "\(folder)/.build/debug/App")
    }

    private static func ended(_ isBuilt: Bool, _ diagnostics: [Diagnostic], _ program: String) throws -> BrokenBuild {
        var build = BrokenBuild(isBuilt: isBuilt, diagnostics: diagnostics)
        guard isBuilt else { return build }
        let run = try PeerCommand.run([program], environment: ["SWIFT_BACKTRACE": "enable=no"])
        if run.status == 0 {
            build.output = run.text.hasSuffix("\n") ? String(run.text.dropLast()) : run.text
        }
        return build
    }
}
