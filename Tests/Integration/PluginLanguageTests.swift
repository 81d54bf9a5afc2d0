import Foundation
import Git
import Model
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The packages that `host new-plugin` writes, pushed to a repository and brought in from there: real builds in three
/// languages, without any package from elsewhere, and the whole harness on the example that each brings along.
@Suite struct PluginLanguageTests {
    static func missing(_ tool: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return path.contains { access("\($0)/\(tool)", X_OK) == 0 } ? nil : "\(tool) is not in PATH"
    }

    /// rustup's cargo finds its toolchain below the real home.
    static var rust: [String: String] {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["RUSTUP_HOME"] ?? environment["HOME"].map { $0 + "/.rustup" } ?? ""
        return access(home, R_OK) == 0 ? ["RUSTUP_HOME": home] : [:]
    }

    /// What `host new-plugin` writes.
    private static func template(_ language: String, _ workspace: Workspace) async throws -> [String: String] {
        let folder = workspace.folder + "/template-\(language)"
        let made = try await workspace.host(
            "new-plugin", "rosy-site", "--language", language, "--kind", "rosy", "--folder", folder)
        try #require(made.status == 0, "\(made.text)")
        var files: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            files[path] = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
        }
        return files
    }

    private static func tryOut(
        _ language: String, by system: String, breaking file: String, saying words: String,
        environment: [String: String] = [:]
    ) async throws {
        try await Workspace.with(["README": "hello"], environment: environment) { workspace in
            // What lies above the build must not decide how it is done.
            try workspace.write("Cargo.toml", "[workspace]\nmembers = [\"nothing\"]\n")
            try workspace.write(".cargo/config.toml", "[build]\nrustc-wrapper = \"/nonexistent\"\n")
            let files = try await template(language, workspace)
            let origin = try await PluginOrigin(workspace.folder + "/p.git", files)
            let server = try GitHTTPServer(root: workspace.folder)
            defer { server.stop() }
            let added = try await workspace.plugin("add", "\(server.url("p.git"))@main", "--yes")
            #expect(added.status == 0 && added.errors.contains(" by \(system); "), "\(added.text)")
            #expect(try workspace.pin("version", of: "rosy-site") == "1.0.0")
            #expect(try await workspace.states() == ["rosy-site": "ready"])
            // The old one stays where the new one does not build, and errors have their places.
            let source = try #require(files[file])
            try await origin.push([file: "@broken\n" + source])
            let failed = try await workspace.plugin("update")
            #expect(failed.status == 1 && failed.output.contains(words), "\(failed.text)")
            #expect(failed.output.contains("\(file):1:"), "\(failed.text)")
            #expect(try await workspace.states() == ["rosy-site": "ready"])
        }
    }

    @Test func aPluginInCIsBuilt() async throws {
        try await Self.tryOut("c", by: "make", breaking: "src/plugin.c", saying: "error: stray")
    }

    /// Needs cargo.
    @Test(.enabled(if: missing("cargo") == nil, "\(missing("cargo") ?? "")")) func aPluginInRustIsBuiltOffline()
        async throws
    {
        try await Self.tryOut(
            "rust", by: "cargo", breaking: "src/lib.rs", saying: "error: expected", environment: Self.rust)
    }

    /// Needs the Swift toolchain.
    @Test(.enabled(if: missing("swift") == nil, "\(missing("swift") ?? "")")) func aPluginInSwiftIsBuilt() async throws
    {
        try await Self.tryOut("swift", by: "swift", breaking: "Sources/StaticSite/SitePlugin.swift", saying: "error: ")
    }
}
