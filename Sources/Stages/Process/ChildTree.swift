#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif
import SupervisorCore

/// Everything a command has started: what its control group holds, and what session, parentage and marker find.
struct ChildTree: Sendable {
    var processes: ProcessTree
    var group: ControlGroup?

    /// The living members.
    func members() -> [ProcessEntry] {
        guard let group else { return processes.members() }
        return Array(Set(processes.members()).union(group.members()))
    }

    var isEmpty: Bool {
        if ProcessTable.isAvailable { return members().isEmpty }
        // Without /proc: is anything left in the process group?
        return kill(-processes.leader, 0) != 0 && errno == ESRCH
    }

    func terminate() { signal(SIGTERM) }

    func destroy() {
        group?.kill()
        signal(SIGKILL)
    }

    private func signal(_ number: Int32) {
        let leader = processes.leader
        let members = members()
        // The whole group at once, so that none of it forks between two signals; the others one by one.
        if members.isEmpty ? !ProcessTable.isAvailable : members.contains(where: { $0.group == leader }) {
            _ = kill(-leader, number)
        }
        for member in members where member.group != leader { ProcessTable.signal(member, number) }
    }
}
