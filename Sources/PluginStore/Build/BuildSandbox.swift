import Stages
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// bubblewrap around a build: it sees the system read-only, its own folder, and neither the workspace, nor the home of the
/// user, nor other processes, nor (unless the operator allows it) the network.
struct BuildSandbox: Hashable, Sendable {
    /// Absolute path of `bwrap`.
    let program: String
    /// Folders that are not to be seen: the workspace, the home, where sockets of daemons lie.
    let hidden: [String]
    /// Parts of hidden folders that a compiler needs.
    let shown: [String]
    let isOnline: Bool

    /// - Parameters:
    ///   - environment: of the build; says where its tools are.
    ///   - home: the real one.
    init(program: String, workspace: String, home: String?, environment: [String: String], isOnline: Bool) {
        self.program = program
        self.isOnline = isOnline
        var hidden = [workspace, "/run", "/tmp"]
        if let home, home.hasPrefix("/"), home != "/" { hidden.append(home) }
        // The outermost first, or one would cover what was put into another.
        self.hidden = Set(hidden.filter(Files.isFolder)).sorted()
        let tools = (environment["PATH"] ?? "").split(separator: ":").map(String.init) + [environment["RUSTUP_HOME"] ?? ""]
        var shown = Set(tools.filter { tool in hidden.contains { tool.hasPrefix("\($0)/") } && Files.isFolder(tool) })
        // Where resolv.conf leads to on most systems.
        if isOnline, Files.isFolder("/run/systemd/resolve") { shown.insert("/run/systemd/resolve") }
        self.shown = shown.sorted()
    }

    /// - Parameter writable: the only folder that the command may change.
    func wrap(_ arguments: [String], in directory: String, writable: String) -> [String] {
        var line = [
            program, "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
            "--unshare-cgroup-try", "--cap-drop", "ALL",
        ]
        if !isOnline { line.append("--unshare-net") }
        line += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        for folder in hidden { line += ["--tmpfs", folder] }
        for folder in shown { line += ["--ro-bind", folder, folder] }
        return line + ["--bind", writable, writable, "--chdir", directory, "--"] + arguments
    }

    /// `bwrap` in PATH.
    static func find(in path: String?) -> String? {
        (path ?? "").split(separator: ":").map { "\($0)/bwrap" }.first { access($0, X_OK) == 0 }
    }
}
