#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Workers by the operation they work on.
enum Workers {
    /// Kills the plugin's process (its guardian sees to the rest).
    static func kill(_ operation: String) {
        let marker = Array("DEPLOYER_OPERATION=\(operation)".utf8)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name), let variables = KernelFile.bytes("/proc/\(pid)/environ"),
                variables.split(separator: 0).contains(where: { $0.elementsEqual(marker) }),
                let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe"),
                program.hasSuffix("/PluginWorker")
            else { continue }
            signal(pid)
        }
    }
}

#if canImport(Glibc)
    private func signal(_ pid: Int32) { _ = Glibc.kill(pid, SIGKILL) }
#else
    private func signal(_ pid: Int32) { _ = Darwin.kill(pid, SIGKILL) }
#endif
