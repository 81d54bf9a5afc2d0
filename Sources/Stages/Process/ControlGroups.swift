import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where, and whether, this process may make control groups for its children; found out once, at start.
///
/// Sources: cgroups(7); the kernel's `admin-guide/cgroup-v2.rst`; systemd's `CGROUP_DELEGATION`. A group of the v2
/// hierarchy is made below the daemon's own when that is delegated to it: it carries systemd's `delegate` attribute, or
/// an unprivileged user may write to it, or it is the root of a container. Then one write to `cgroup.kill` ends a whole
/// tree. Controllers are only switched on where that cannot hurt: switched on in the very group a systemd unit's main
/// process lives in, they would keep the unit from starting again. Limits therefore need `DelegateSubgroup=` or a
/// container on v2, or the controllers of v1.
package struct ControlGroups: Sendable {
    /// The folder of the v2 hierarchy that groups are made in; nil where none can be made.
    package let base: String?
    /// Why there is no `base`.
    package let obstacle: String?
    /// Folders of v1 controllers, by controller; used for limits only.
    private let legacy: [String: String]
    private let own = "deployer.\(getpid())"

    /// No groups at all, for a system that has none and for tests of the fallback.
    package static let none = ControlGroups(base: nil, obstacle: "switched off", legacy: [:])

    private init(base: String?, obstacle: String?, legacy: [String: String]) {
        self.base = base
        self.obstacle = obstacle
        self.legacy = legacy
    }

    /// Looks at this process's own groups, and ends and clears away what daemons that are no more have left there.
    package static func detect() -> ControlGroups {
        let mounts = CgroupMount.all()
        let own = CgroupMount.ownPaths()
        var legacy: [String: String] = [:]
        for controller in ["memory", "cpu", "pids"] {
            guard let mount = mounts.first(where: { $0.controllers.contains(controller) }),
                let folder = mount.folder(of: own[controller] ?? "/"), access(folder, W_OK) == 0
            else { continue }
            legacy[controller] = folder
        }
        guard let mount = mounts.first(where: \.isUnified), let path = own[""], let folder = mount.folder(of: path)
        else {
            return ControlGroups(base: nil, obstacle: "no cgroup v2 is mounted", legacy: legacy)
        }
        guard let base = delegated(folder, below: mount.point) else {
            return ControlGroups(
                base: nil, obstacle: "'\(folder)' is not delegated (Delegate=yes in the systemd unit would do that)",
                legacy: legacy)
        }
        sweep(base)
        let probe = "\(base)/deployer.\(getpid()).probe"
        guard mkdir(probe, 0o755) == 0 else {
            return ControlGroups(base: nil, obstacle: "'\(base)': \(Files.lastError)", legacy: legacy)
        }
        defer { rmdir(probe) }
        guard access("\(probe)/cgroup.kill", W_OK) == 0 else {
            return ControlGroups(
                base: nil, obstacle: "the kernel has no cgroup.kill (it came with 5.14)", legacy: legacy)
        }
        return ControlGroups(base: base, obstacle: nil, legacy: legacy)
    }

    /// The topmost group from `folder` upwards that is ours to divide.
    private static func delegated(_ folder: String, below root: String) -> String? {
        var found: String?
        var candidate = folder
        while candidate.utf8.count > root.utf8.count {
            for attribute in ["user.delegate", "trusted.delegate"]
            where KernelControl.extendedAttribute(attribute, of: candidate) == "1" {
                found = candidate
            }
            guard let slash = candidate.lastIndex(of: "/") else { break }
            candidate = String(candidate[..<slash])
        }
        if let found { return found }
        if folder == root { return access("\(folder)/cgroup.procs", W_OK) == 0 ? folder : nil }
        return getuid() != 0 && access("\(folder)/cgroup.procs", W_OK) == 0 ? folder : nil
    }

    private static func sweep(_ base: String) {
        for name in Files.names(in: base) {
            let parts = name.split(separator: ".")
            guard parts.count >= 2, parts[0] == "deployer", let owner = Int32(parts[1]), kill(owner, 0) != 0 else {
                continue
            }
            // What a killed daemon's commands still have running has nobody to report to.
            write("1", to: "\(base)/\(name)/cgroup.kill")
            for inner in Files.names(in: "\(base)/\(name)") where Files.isFolder("\(base)/\(name)/\(inner)") {
                remove("\(base)/\(name)/\(inner)")
            }
            remove("\(base)/\(name)")
        }
    }

    /// Makes a group for one command, by a name that no other command has.
    ///
    /// - Returns: nil where there are no groups; and what of `limits` could not be set, as a sentence for the log.
    package func make(_ name: String, limits: ResourceLimits?) -> (group: ControlGroup?, shortfall: String?) {
        var group = ControlGroup()
        var shortfall: [String] = []
        let leaf = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }.suffix(120))
        let wanted = limits.map(Self.settings) ?? []
        var unified: String?
        if let base {
            mkdir("\(base)/\(own)", 0o755)
            let folder = "\(base)/\(own)/\(leaf)"
            if mkdir(folder, 0o755) == 0 {
                group.folder = folder
                unified = folder
            }
        }
        for setting in wanted {
            if let unified, apply(setting, in: unified) { continue }
            if let folder = legacy[setting.controller] {
                let limited = "\(folder)/\(own).\(leaf)"
                let isThere = group.legacyFolders.contains(limited) || mkdir(limited, 0o755) == 0
                if isThere { group.add(legacy: limited) }
                if isThere, setting.legacy.allSatisfy({ Self.write($0.value, to: "\(limited)/\($0.file)") }) {
                    continue
                }
            }
            shortfall.append(setting.controller)
        }
        let isEmpty = group.folder == nil && group.legacyFolders.isEmpty
        let text = shortfall.isEmpty ? nil : "no limit could be set for: \(shortfall.joined(separator: ", "))"
        return (isEmpty ? nil : group, text)
    }

    /// Removes the folder that this process's groups were made in; when the daemon ends.
    package func close() {
        if let base { rmdir("\(base)/\(own)") }
    }

    // MARK: limits

    private struct Setting {
        var controller: String
        var file: String
        var value: String
        var legacy: [(file: String, value: String)]
    }

    private static func settings(_ limits: ResourceLimits) -> [Setting] {
        var settings: [Setting] = []
        if let memory = limits.memory {
            settings.append(
                Setting(
                    controller: "memory", file: "memory.max", value: "\(memory)",
                    legacy: [("memory.limit_in_bytes", "\(memory)")]))
        }
        if let cpus = limits.cpus {
            let quota = max(1000, Int(cpus * 100_000))
            settings.append(
                Setting(
                    controller: "cpu", file: "cpu.max", value: "\(quota) 100000",
                    legacy: [("cpu.cfs_period_us", "100000"), ("cpu.cfs_quota_us", "\(quota)")]))
        }
        if let processes = limits.processes {
            settings.append(
                Setting(
                    controller: "pids", file: "pids.max", value: "\(processes)", legacy: [("pids.max", "\(processes)")]
                ))
        }
        return settings
    }

    private func apply(_ setting: Setting, in folder: String) -> Bool {
        guard let base else { return false }
        if access("\(folder)/\(setting.file)", W_OK) != 0 {
            // Refused with EBUSY where this process itself lives in `base`: then there is no limit, and no harm.
            guard Self.write("+\(setting.controller)", to: "\(base)/cgroup.subtree_control"),
                Self.write("+\(setting.controller)", to: "\(base)/\(own)/cgroup.subtree_control")
            else { return false }
        }
        return Self.write(setting.value, to: "\(folder)/\(setting.file)")
    }

    private static func remove(_ folder: String) {
        var attempts = 0
        while rmdir(folder) != 0, errno == EBUSY, attempts < 100 {
            attempts += 1
            usleep(1000)
        }
    }

    @discardableResult
    private static func write(_ text: String, to path: String) -> Bool {
        guard let descriptor = Files.open(path, O_WRONLY) else { return false }
        defer { _ = shut(descriptor) }
        return Files.write(text.utf8, to: descriptor)
    }

    // `close` is a method here and hides the C library's.
    private static func shut(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Darwin.close(descriptor)
        #endif
    }
}
