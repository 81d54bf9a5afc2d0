#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The helpers that lie beside the running program, and the plugins that were installed with it.
struct Binaries: Sendable, Hashable {
    let folder: String

    var host: String { folder + "/host" }
    var worker: String { folder + "/PluginWorker" }
    var transport: String { folder + "/GitTransport" }
    var supervisor: String { folder + "/ServiceSupervisor" }
    /// `lib/codex-deployer/plugins` beside `lib/codex-deployer/bin`.
    var plugins: String {
        let parent = folder.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return parent + "/plugins"
    }

    /// Where this program lies, links resolved.
    static var ofThisProgram: Binaries {
        #if os(Linux)
            let link = "/proc/self/exe"
        #else
            let link = CommandLine.arguments[0]
        #endif
        guard let resolved = realpath(link, nil) else { return Binaries(folder: ".") }
        defer { free(resolved) }
        let path = String(cString: resolved)
        return Binaries(
            folder: path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/"))
    }
}
