/// What a command and everything it starts may take together. Enforced by control groups where the daemon may make
/// them; `ControlGroups.limits` says whether it may.
package struct ResourceLimits: Sendable, Hashable {
    /// Bytes of memory; beyond them the kernel's OOM killer ends the group, not the machine.
    package var memory: Int?
    /// CPUs' worth of time: 1.5 is one and a half.
    package var cpus: Double?
    /// Processes and threads.
    package var processes: Int?

    package init(memory: Int? = nil, cpus: Double? = nil, processes: Int? = nil) {
        self.memory = memory
        self.cpus = cpus
        self.processes = processes
    }

    package var isEmpty: Bool { memory == nil && cpus == nil && processes == nil }
}
