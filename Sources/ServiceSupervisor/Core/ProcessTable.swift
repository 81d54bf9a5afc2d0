#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One row of the kernel's process table.
package struct ProcessEntry: Hashable, Sendable {
    package var pid: Int32
    package var parent: Int32
    package var group: Int32
    package var session: Int32
    /// Clock ticks since the machine started: with the pid it names one process for ever, a pid alone does not.
    package var startTime: UInt64
    /// Dead, and only waiting to be reaped.
    package var isZombie: Bool

    package init(pid: Int32, parent: Int32, group: Int32, session: Int32, startTime: UInt64, isZombie: Bool) {
        self.pid = pid
        self.parent = parent
        self.group = group
        self.session = session
        self.startTime = startTime
        self.isZombie = isZombie
    }

    /// Reads the text of `/proc/<pid>/stat`; proc(5), "stat". The name stands in parentheses and may itself hold any
    /// character, so the fields are counted from the last closing parenthesis.
    package init?(stat bytes: [UInt8]) {
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), let close = bytes.lastIndex(of: UInt8(ascii: ")")),
            let pid = Int32(String(decoding: bytes[..<open], as: UTF8.self).filter { $0 != " " })
        else { return nil }
        let fields = bytes[(close + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        func number<Number: FixedWidthInteger>(_ index: Int) -> Number? {
            Number(String(decoding: fields[index], as: UTF8.self))
        }
        guard fields.count > 19, let state = fields[0].first, let parent: Int32 = number(1),
            let group: Int32 = number(2), let session: Int32 = number(3), let start: UInt64 = number(19)
        else { return nil }
        self.init(
            pid: pid, parent: parent, group: group, session: session, startTime: start,
            isZombie: state == UInt8(ascii: "Z") || state == UInt8(ascii: "X"))
    }
}

/// The running processes, read from `/proc`. Empty where there is none; signals to a process group work there too.
package enum ProcessTable {
    package static var isAvailable: Bool { access("/proc/self/stat", R_OK) == 0 }

    package static func entry(_ pid: Int32) -> ProcessEntry? {
        Files.read("/proc/\(pid)/stat", limit: 4096).flatMap(ProcessEntry.init(stat:))
    }

    package static func all() -> [ProcessEntry] { scan().entries }

    /// Everything there is, and the numbers of those that were there when the reading began and were gone when their
    /// turn came: a process may have started another one, not in the list yet, before it went.
    static func scan() -> (entries: [ProcessEntry], vanished: [Int32]) {
        var entries: [ProcessEntry] = []
        var vanished: [Int32] = []
        for pid in Files.names(in: "/proc").compactMap({ Int32($0) }) {
            if let entry = entry(pid) { entries.append(entry) } else { vanished.append(pid) }
        }
        return (entries, vanished)
    }

    /// True when the environment the process was started with holds `entry` (`NAME=value`). False as well when it may
    /// not be read: another user's process.
    ///
    /// In the middle of an execve a process has no environment for a moment, and on a busy machine for a long one: that
    /// moment is waited for, or a daemon that has just left its session would be missed. Blocks for 50 ms at most.
    package static func environment(of pid: Int32, contains entry: String) -> Bool {
        let wanted = Array(entry.utf8)
        return environment(of: pid).contains { $0.elementsEqual(wanted) }
    }

    /// A variable of the environment the process was started with.
    package static func variable(_ name: String, of pid: Int32) -> String? {
        let start = Array("\(name)=".utf8)
        return environment(of: pid).first { $0.starts(with: start) }.map {
            String(decoding: $0.dropFirst(start.count), as: UTF8.self)
        }
    }

    /// Whether what the process calls a number is what this one does. A daemon in a container, or in the confinement that
    /// plugins are built in, writes down numbers that mean somebody else here.
    package static func sharesNumbers(_ pid: Int32) -> Bool {
        guard let own = namespace("self") else { return true }
        return namespace("\(pid)") == own
    }

    /// pid_namespaces(7); nil where there are none, or the process is another user's.
    private static func namespace(_ process: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/\(process)/ns/pid", &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    private static func environment(of pid: Int32) -> [ArraySlice<UInt8>] {
        for _ in 0..<25 {
            guard let bytes = Files.read("/proc/\(pid)/environ", limit: 1 << 21) else { return [] }
            if !bytes.isEmpty { return bytes.split(separator: 0) }
            guard isExecuting(pid) else { return [] }
            usleep(2000)
        }
        return []
    }

    /// Whether an empty environment may be about to fill: the kernel does not know yet where it lies, or knows of one
    /// that is not empty; proc(5), "stat", fields env_start and env_end. Threads of the kernel have none at all.
    private static func isExecuting(_ pid: Int32) -> Bool {
        guard let bytes = Files.read("/proc/\(pid)/stat", limit: 4096), let entry = ProcessEntry(stat: bytes),
            !entry.isZombie, entry.session != 0,
            let close = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return false }
        let fields = bytes[(close + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        guard fields.count > 48, let start = UInt64(String(decoding: fields[47], as: UTF8.self)),
            let end = UInt64(String(decoding: fields[48], as: UTF8.self))
        else { return false }
        return end == 0 || end > start
    }

    /// Signals the process only while it is still the one that was seen.
    @discardableResult
    package static func signal(_ entry: ProcessEntry, _ number: Int32) -> Bool {
        guard let now = self.entry(entry.pid), now.startTime == entry.startTime else { return false }
        return kill(entry.pid, number) == 0
    }
}
