import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// bubblewrap around a stranger's code: it sees the system's programs and libraries, its own folder, and nothing else: not the
/// workspace, no home, no sockets of daemons, no other processes, and (unless the operator allows it) no network.
package struct Sandbox: Hashable, Sendable {
    /// Absolute path of `bwrap`.
    package let program: String
    /// Folders and files that may be read.
    package let shown: [String]
    package let isOnline: Bool

    /// What compilers and loaders read, on the systems that we know.
    private static let system = [
        "/usr", "/opt", "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
        // Without the folders beside them that hold private keys: to a daemon that is root they are open.
        "/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/openssl.cnf", "/etc/pki/ca-trust", "/etc/pki/tls/certs",
        "/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf",
        "/etc/ca-certificates", "/etc/ca-certificates.conf", "/etc/passwd", "/etc/group", "/etc/hosts",
        "/etc/nsswitch.conf", "/etc/localtime", "/etc/os-release", "/etc/debian_version", "/etc/resolv.conf",
    ]
    /// Links to below `/usr` nearly everywhere, folders elsewhere.
    private static let linked = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]

    /// Files in there belong to root, and root needs no capability to write them: `core_pattern` names a program that the kernel
    /// runs outside of every sandbox. bubblewrap 0.8 leaves it writable where the daemon is root.
    private static let kernels = ["sys", "sysrq-trigger", "irq", "bus", "fs", "mtrr", "scsi", "acpi"]

    /// - Parameters:
    ///   - environment: of the command; says where its tools are.
    ///   - programs: further folders and files that are to be seen in there.
    ///   - hidden: absolute paths that no shown folder may hold, whatever PATH says.
    package init(
        program: String, environment: [String: String], programs: [String] = [], hidden: [String] = [], isOnline: Bool
    ) {
        self.program = program
        self.isOnline = isOnline
        var wanted = Self.system + programs + [environment["RUSTUP_HOME"] ?? ""]
        let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        wanted += path
        for tool in ["swift", "cargo", "rustc", "make", "cc", "gcc", "clang", "ld"] {
            let candidates: [String] = path.map { folder in "\(folder)/\(tool)" }
            guard let found = candidates.first(where: { access($0, X_OK) == 0 }), let file = Self.resolved(found)
            else { continue }
            // Where a link leads, and a toolchain's libraries beside its programs.
            let folder = Self.parent(of: file)
            wanted.append(Files.isFolder("\(Self.parent(of: folder))/lib/swift") ? Self.parent(of: folder) : folder)
        }
        // A service writes it there anew; where it is no link, its folder is all of /etc, and the file itself is shown.
        if isOnline, let resolver = Self.resolved("/etc/resolv.conf") {
            let folder = Self.parent(of: resolver)
            wanted.append(folder.hasPrefix("/run/") ? folder : resolver)
        }
        let secret = hidden + hidden.compactMap(Self.resolved)
        let there = Set(
            wanted.filter { folder in
                folder.hasPrefix("/") && folder != "/" && access(folder, F_OK) == 0
                    && !secret.contains { Self.holds(folder, $0) || Self.holds(Self.resolved(folder) ?? folder, $0) }
            })
        // What lies in another of them is there with it.
        shown = there.filter { folder in !there.contains { folder.hasPrefix("\($0)/") } && !Self.isLinked(folder) }
            .sorted()
    }

    /// - Parameters:
    ///   - writable: the only folders that the command may change.
    ///   - home: an empty folder that is made there, in memory; nil makes none.
    package func wrap(
        _ arguments: [String], in directory: String, writable: [String], home: String? = nil
    ) -> [String] {
        var line = [
            program, "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
            "--unshare-cgroup-try", "--cap-drop", "ALL",
        ]
        if !isOnline { line.append("--unshare-net") }
        for folder in Self.linked where access(folder, F_OK) == 0 {
            line += Self.link(folder).map { ["--symlink", $0, folder] } ?? ["--ro-bind", folder, folder]
        }
        line += ["--tmpfs", "/tmp", "--dev", "/dev", "--proc", "/proc"]
        for name in Self.kernels { line += ["--ro-bind-try", "/proc/\(name)", "/proc/\(name)"] }
        if let home { line += ["--tmpfs", home] }
        for folder in shown { line += ["--ro-bind", folder, folder] }
        for folder in writable { line += ["--bind", folder, folder] }
        // bubblewrap's own first process ends a moment after bubblewrap, and would be found left behind. The shell ends before: it
        // waits for the command, buries what that leaves, and takes everything else in there with it.
        return line + ["--chdir", directory, "--as-pid-1", "--", "/bin/sh", "-c", #""$@"; exit $?"#, "sh"] + arguments
    }

    /// `bwrap` in PATH.
    package static func find(in path: String?) -> String? {
        (path ?? "").split(separator: ":").map { "\($0)/bwrap" }.first { access($0, X_OK) == 0 }
    }

    private static func holds(_ folder: String, _ path: String) -> Bool {
        folder == path || path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    private static func isLinked(_ folder: String) -> Bool {
        linked.contains { folder == $0 || folder.hasPrefix("\($0)/") }
    }

    private static func parent(of path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }

    private static func link(_ path: String) -> String? {
        var target = [UInt8](repeating: 0, count: 1024)
        let count = target.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), buffer.count) } ?? -1
        }
        return count > 0 ? String(decoding: target[..<count], as: UTF8.self) : nil
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
