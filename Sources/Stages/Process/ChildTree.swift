import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Everything a command has started, and the way to be sure of it.
struct ChildTree: Sendable {
    enum Certainty: Sendable {
        /// The command was in a control group of its own before it did anything: the group knows.
        case group
        /// The first process is a guard that ends when nothing is left (see `CommandGuard`).
        case guarded
        /// Neither: session, parentage and marker are searched for in the process table.
        case searched
    }

    var processes: ProcessTree
    var group: ControlGroup?
    var certainty: Certainty

    /// The living members.
    func members() -> [ProcessEntry] {
        switch certainty {
        case .group: Array(Set(group?.members() ?? []).union(leader))
        case .guarded: processes.members()
        case .searched: group.map { Array(Set(processes.members()).union($0.members())) } ?? processes.members()
        }
    }

    /// The first process, which on a busy machine may take its time to enter the group.
    private var leader: [ProcessEntry] {
        ProcessTable.entry(processes.leader).map { $0.isZombie ? [] : [$0] } ?? []
    }

    /// How many are left; asked once the first process has ended.
    var remainder: Int {
        if certainty == .guarded { return wasGuardKilled ? members().count : 0 }
        if certainty == .group, let group { return group.isPopulated ? max(1, group.members().count) : 0 }
        if ProcessTable.isAvailable { return members().count }
        // Without /proc: is anything left in the process group?
        return kill(-processes.leader, 0) == 0 ? 1 : 0
    }

    func terminate() { signal(SIGTERM, to: members()) }

    /// Kills what is left; to be repeated until `remainder` is 0.
    func destroy() {
        if certainty == .guarded, !wasGuardKilled {
            // Killed itself, the guard could not say any more what came from the command.
            _ = kill(processes.leader, SIGUSR1)
            return
        }
        if certainty == .group, let leader = leader.first, group?.members().contains(leader) == false {
            // It did not get into the group and guards the command (see `GroupEntry`).
            _ = kill(leader.pid, SIGUSR1)
        }
        group?.kill()
        signal(SIGKILL, to: certainty == .group ? group?.members() ?? [] : members())
    }

    /// Whether the guard itself was killed: by its own command, which shares its rights. What it guarded is then searched
    /// for like anything else.
    private var wasGuardKilled: Bool {
        #if os(Linux)
            var information = siginfo_t()
            guard waitid(P_PID, id_t(processes.leader), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
                information.si_signo != 0
            else { return false }
            let killed: Int32 = 2  // CLD_KILLED
            return information.si_code == killed && information._sifields._sigchld.si_status == SIGKILL
        #else
            return false
        #endif
    }

    /// Kills a guard, too, that has not done its work in time.
    func destroyByForce() {
        group?.kill()
        signal(SIGKILL, to: processes.members())
    }

    private func signal(_ number: Int32, to members: [ProcessEntry]) {
        let leader = processes.leader
        // The whole group at once, so that none of it forks between two signals; the others one by one.
        if members.isEmpty ? !ProcessTable.isAvailable : members.contains(where: { $0.group == leader }) {
            _ = kill(-leader, number)
        }
        for member in members where member.group != leader { ProcessTable.signal(member, number) }
    }
}
