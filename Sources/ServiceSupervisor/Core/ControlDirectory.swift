#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folder through which a supervisor and its clients meet.
///
/// | file | what it is |
/// |---|---|
/// | `lock` | locked with flock(2) by the one supervisor for as long as it lives |
/// | `socket` | takes commands; mode 0600 |
/// | `spec` | what to run, with `wanted=running` or `wanted=stopped`; mode 0600, it may hold secrets |
/// | `status` | the state as of the last change |
/// | `pid` | the service's process, so that the next supervisor finds it if this one is killed |
/// | `supervisor.log` | what the supervisor itself has to say |
package struct ControlDirectory: Hashable, Sendable {
    package let path: String
    package init(_ path: String) { self.path = path }

    package var lock: String { "\(path)/lock" }
    package var socket: String { "\(path)/socket" }
    package var spec: String { "\(path)/spec" }
    package var status: String { "\(path)/status" }
    package var pid: String { "\(path)/pid" }
    package var log: String { "\(path)/supervisor.log" }

    /// In the environment of everything the service starts; finds what escaped its session.
    package var marker: String { "DEPLOYER_SERVICE=\(path)" }

    /// Takes the lock; nil when another process has it.
    ///
    /// - Returns: the descriptor that holds the lock until it is closed.
    package func acquire() -> Int32? {
        guard let descriptor = Files.open(lock, O_RDWR | O_CREAT) else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// True while the lock that was taken is the one that others find.
    package func owns(_ lock: Int32) -> Bool {
        var held = stat()
        var found = stat()
        return fstat(lock, &held) == 0 && stat(self.lock, &found) == 0 && held.st_ino == found.st_ino
            && held.st_dev == found.st_dev
    }

    /// True while a supervisor lives here, whatever the other files say.
    package var isSupervised: Bool {
        guard let descriptor = Files.open(lock, O_RDWR) else { return false }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
        return false
    }

    package func readSpec() -> (spec: ServiceSpec, isWanted: Bool)? {
        guard let text = Files.read(spec).flatMap({ FieldText($0) }), let spec = ServiceSpec(text) else { return nil }
        return (spec, text["wanted"] != "stopped")
    }

    @discardableResult
    package func write(_ spec: ServiceSpec, isWanted: Bool) -> Bool {
        var text = FieldText()
        text.add("wanted", isWanted ? "running" : "stopped")
        spec.write(to: &text)
        return Files.replace(self.spec, with: text.bytes)
    }

    package func readStatus() -> ServiceStatus? {
        Files.read(status).flatMap { FieldText($0) }.flatMap(ServiceStatus.init)
    }

    // MARK: the recorded process

    package func record(_ process: ProcessEntry) {
        var text = FieldText()
        text.add("pid", process.pid)
        text.add("start-time", process.startTime)
        text.add("boot", Self.boot)
        Files.replace(pid, with: text.bytes)
    }

    package func forgetProcess() { unlink(pid) }

    /// What an earlier supervisor, killed before it could end its service, may have left running.
    ///
    /// A pid is believed only with its start time and in the same run of the machine; else only the marker counts.
    package var abandoned: ProcessTree {
        guard let text = Files.read(pid).flatMap({ FieldText($0) }), text["boot"] == Self.boot,
            let recorded = text["pid"].flatMap({ Int32($0) }),
            let startTime = text["start-time"].flatMap({ UInt64($0) })
        else { return ProcessTree(leader: .max, startTime: 0, marker: marker) }
        // While a session has members its number is given to no new process: an unused pid still names the old session.
        let present = ProcessTable.entry(recorded)
        let isItself = present == nil || present?.startTime == startTime
        return ProcessTree(leader: isItself ? recorded : .max, startTime: startTime, marker: marker)
    }

    private static var boot: String {
        Files.read("/proc/sys/kernel/random/boot_id", limit: 64).map { String(decoding: $0.prefix(36), as: UTF8.self) }
            ?? ""
    }
}
