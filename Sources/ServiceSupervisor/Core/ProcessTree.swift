#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Everything that was started, however indirectly, by one process that leads a session of its own.
///
/// A member is found by its session or process group, by an ancestor that is a member, or by a marker that it inherited
/// in its environment. The marker is what finds a daemon that forked twice and called `setsid`; only a process that
/// does both *and* throws its environment away is not found here (a control group or a subreaper finds that one too).
package struct ProcessTree: Sendable {
    /// Pid, process group and session of the first process.
    package var leader: Int32
    /// When the leader started; nothing older can descend from it.
    package var startTime: UInt64
    /// `NAME=value`, unique to this tree; nil looks at the environment of no process.
    package var marker: String?
    /// Further roots whose every descendant belongs to the tree: a subreaper names itself, its orphans come to it.
    package var subreaper: Int32?

    package init(leader: Int32, startTime: UInt64? = nil, marker: String? = nil, subreaper: Int32? = nil) {
        self.leader = leader
        self.startTime = startTime ?? ProcessTable.entry(leader)?.startTime ?? 0
        self.marker = marker
        self.subreaper = subreaper
    }

    /// The living members, the leader among them; zombies and the caller itself are left out.
    ///
    /// The table cannot be read in one moment: a member that forks and ends between two reads is missed, and so is its
    /// child. That nobody is left is therefore believed only of a reading in which nothing young has ended meanwhile.
    package func members() -> [ProcessEntry] {
        var old: Set<Int32> = []
        var dead: Set<ProcessEntry> = []
        let deadline = Clock.milliseconds + Self.patience
        repeat {
            let (entries, vanished) = ProcessTable.scan()
            let found = members(among: entries)
            if !found.isEmpty { return found }
            let zombies = Set(entries.filter { $0.isZombie && $0.startTime >= startTime && $0.pid != leader })
            if zombies.isSubset(of: dead), vanished.allSatisfy(old.contains) { return [] }
            dead = zombies
            old = Set(entries.filter { $0.startTime < startTime }.map(\.pid))
        } while Clock.milliseconds < deadline
        return []
    }

    /// Milliseconds after which the reading ends also on a machine that never rests.
    private static let patience = 250

    package func members(among table: [ProcessEntry]) -> [ProcessEntry] {
        let own = getpid()
        let candidates = table.filter { $0.pid != own && $0.startTime >= startTime }
        var pids: Set<Int32> = subreaper.map { [$0] } ?? []
        for entry in candidates where isRoot(entry) { pids.insert(entry.pid) }
        var grew = true
        while grew {
            grew = false
            for entry in candidates where pids.contains(entry.parent) && pids.insert(entry.pid).inserted { grew = true }
        }
        return candidates.filter { pids.contains($0.pid) && !$0.isZombie }
    }

    private func isRoot(_ entry: ProcessEntry) -> Bool {
        if entry.pid == leader || entry.group == leader || entry.session == leader { return true }
        guard let marker, !entry.isZombie else { return false }
        return ProcessTable.environment(of: entry.pid, contains: marker)
    }

    /// Sends a signal to every member; the leader's group at once, so that none of it forks between two signals.
    ///
    /// - Returns: how many members were alive.
    @discardableResult
    package func signal(_ number: Int32) -> Int {
        guard ProcessTable.isAvailable else { return kill(-leader, number) == 0 ? 1 : 0 }
        let members = members()
        if members.contains(where: { $0.group == leader }) { _ = kill(-leader, number) }
        for member in members where member.group != leader { ProcessTable.signal(member, number) }
        return members.count
    }

    /// Kills the tree and waits until nothing of it is left; blocks, so never on a thread of Swift's own pool.
    ///
    /// - Parameter patience: milliseconds; a process in an uninterruptible system call outlives SIGKILL for a while.
    /// - Returns: true when nothing is left.
    package func kill(patience: Int) -> Bool {
        let deadline = Clock.milliseconds + patience
        while signal(SIGKILL) > 0 {
            if Clock.milliseconds >= deadline { return false }
            usleep(5000)
        }
        return true
    }

    private func kill(_ pid: Int32, _ number: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.kill(pid, number)
        #else
            Darwin.kill(pid, number)
        #endif
    }
}
