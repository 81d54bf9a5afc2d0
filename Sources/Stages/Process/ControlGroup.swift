import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The control group of one command.
package struct ControlGroup: Sendable {
    /// Folder in the v2 hierarchy.
    var folder: String?
    /// Folders in v1 hierarchies, one per limited controller.
    private(set) var legacyFolders: [String] = []

    init() {}

    mutating func add(legacy folder: String) {
        if !legacyFolders.contains(folder) { legacyFolders.append(folder) }
    }

    var folders: [String] { (folder.map { [$0] } ?? []) + legacyFolders }

    /// Moves a process that was just started, and what it has forked already, into the group. Whatever is forked later
    /// is born in it.
    func adopt(_ pid: Int32) {
        for folder in folders { Self.write("\(pid)", to: "\(folder)/cgroup.procs") }
        guard let children = Files.read("/proc/\(pid)/task/\(pid)/children", limit: 65_536), !children.isEmpty else {
            return
        }
        for child in String(decoding: children, as: UTF8.self).split(separator: " ") {
            if let child = Int32(child) { adopt(child) }
        }
    }

    /// The living processes in the group.
    func members() -> [ProcessEntry] {
        var pids: Set<Int32> = []
        for folder in folders {
            for line in (Files.read("\(folder)/cgroup.procs") ?? []).split(separator: UInt8(ascii: "\n")) {
                if let pid = Int32(String(decoding: line, as: UTF8.self)) { pids.insert(pid) }
            }
        }
        return pids.compactMap(ProcessTable.entry).filter { !$0.isZombie }
    }

    /// Whether anybody lives in the group: the kernel's own count, which no fork between two reads can deceive.
    var isPopulated: Bool {
        guard let folder, let events = Files.read("\(folder)/cgroup.events", limit: 4096) else {
            return !members().isEmpty
        }
        return String(decoding: events, as: UTF8.self).split(separator: "\n").contains("populated 1")
    }

    /// Kills every process in the group at once, in a way that no fork escapes.
    func kill() {
        if let folder { Self.write("1", to: "\(folder)/cgroup.kill") }
        if !legacyFolders.isEmpty { for member in members() { ProcessTable.signal(member, SIGKILL) } }
    }

    /// How many times the kernel's OOM killer struck here.
    var outOfMemoryKills: Int {
        for folder in folders {
            for file in ["memory.events", "memory.oom_control"] {
                let text = String(decoding: Files.read("\(folder)/\(file)") ?? [], as: UTF8.self)
                for line in text.split(separator: "\n") where line.hasPrefix("oom_kill ") {
                    return Int(line.dropFirst(9)) ?? 0
                }
            }
        }
        return 0
    }

    /// Removes the folders; the kernel may hold a group whose last process has just gone for a moment.
    func remove() {
        for folder in folders {
            var attempts = 0
            while rmdir(folder) != 0, errno == EBUSY, attempts < 50 {
                attempts += 1
                usleep(1000)
            }
        }
    }

    private static func write(_ text: String, to path: String) {
        guard let descriptor = Files.open(path, O_WRONLY) else { return }
        Files.write(text.utf8, to: descriptor)
        close(descriptor)
    }
}
