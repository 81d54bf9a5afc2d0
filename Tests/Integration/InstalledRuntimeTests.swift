import Foundation
import TestSupport
import Testing

/// An installed tree on a machine without a toolchain: a mount namespace in which the toolchain's folder is empty.
@Suite(.enabled(if: MountNamespace.isPossible, "no mount namespace can be made here; run the tests as root"))
struct InstalledRuntimeTests {
    /// The toolchain's runtime libraries, as `host` was linked with them.
    private static func toolchainRuntime() throws -> String {
        let lines = try PeerCommand.run(["ldd", HostProcess.binaries + "/host"]).text.split(separator: "\n")
        let line = try #require(lines.first { $0.contains("libswiftCore.so =>") && $0.contains("/lib/swift/") })
        let path = try #require(line.split(separator: " ").first { $0.hasPrefix("/") })
        return String(path.dropLast("/libswiftCore.so".count))
    }

    @Test func hostAndItsPluginsRunWithoutTheToolchain() async throws {
        try await ScratchDirectory.with { folder in
            let library = "libSwiftBuildPlugin.so"
            let program = try HostProcess.install(in: folder, plugins: [library])
            let copied = try PeerCommand.run([
                HostProcess.root.path + "/Scripts/install-runtime", folder + "/lib", HostProcess.binaries + "/host",
                HostProcess.binaries + "/" + library,
            ])
            #expect(copied.status == 0, "\(copied.text)")
            let runtime = try Self.toolchainRuntime()
            let environment = try HostProcess.environment(scratch: folder)

            func without(_ runtime: String, _ arguments: [String]) async throws -> HostProcess.Finished {
                let command = ["mount -t tmpfs none \(runtime) && exec \"$@\"", "sh", program] + arguments
                return try await HostProcess.run(
                    ["-m", "sh", "-c"] + command, in: folder, environment: environment, program: "/usr/bin/unshare")
            }
            let checks = [
                "test-plugin", folder + "/plugins/" + library, "--filter", "load.", "--filter", "contract.stages",
            ]
            let examined = try await without(runtime, checks)
            #expect(examined.status == 0, "\(examined.text)")
            #expect(examined.output.contains("passed   load.now"), "\(examined.text)")
            #expect(examined.output.contains("passed   load.libraries"), "\(examined.text)")

            // And it is the copy that did it.
            try FileManager.default.removeItem(atPath: folder + "/lib/libswiftCore.so")
            let broken = try await without(runtime, ["--help"])
            #expect(broken.status != 0 && broken.errors.contains("libswiftCore.so"), "\(broken.text)")
        }
    }
}

private enum MountNamespace {
    /// Whether mounts of one's own can be made here.
    static let isPossible =
        (try? PeerCommand.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]).status) == 0
}
