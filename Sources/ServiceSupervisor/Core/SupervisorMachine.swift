/// What a supervisor does next: a pure state machine, told the time in milliseconds of a clock that never jumps.
///
/// The loop around it owns the processes, the clock and the socket. It feeds in what happened and carries out the
/// actions in the order in which they are returned.
package struct SupervisorMachine: Sendable {
    package enum Action: Hashable, Sendable {
        case spawn
        /// SIGTERM to the service's group.
        case terminate
        /// SIGKILL to everything that descends from the service, then wait until it is gone.
        case killTree
        /// The command that was waiting is done: answer it with the status.
        case answer
        /// Leave: the supervisor is to end.
        case leave
    }

    private enum Phase: Hashable, Sendable {
        case idle
        case running(since: Int)
        case stopping(killAt: Int, then: Next)
        case backoff(until: Int)
    }
    private enum Next: Hashable, Sendable { case start, stay, leave }

    private var phase = Phase.idle
    private var spec: ServiceSpec?
    package private(set) var restarts = 0
    private var delay = 0

    package init() {}

    /// The state as the status names it.
    package var state: ServiceStatus.State {
        switch phase {
        case .idle: .stopped
        case .running: .running
        case .stopping: .stopping
        case .backoff: .backoff
        }
    }

    /// When `tick` must be called next, on the clock of the arguments; nil when nothing is due.
    package var deadline: Int? {
        switch phase {
        case .idle, .running: nil
        case .stopping(let killAt, _): killAt
        case .backoff(let until): until
        }
    }

    /// Start the service, or replace what runs under the same supervisor by `spec`; also a restart by hand.
    package mutating func start(_ spec: ServiceSpec, now: Int) -> [Action] {
        let grace = self.spec?.grace ?? spec.grace
        self.spec = spec
        restarts = 0
        delay = spec.backoff
        return end(then: .start, grace: grace, now: now)
    }

    /// - Parameter grace: milliseconds from SIGTERM to SIGKILL; nil takes the specification's.
    package mutating func stop(grace: Int? = nil, now: Int) -> [Action] {
        end(then: .stay, grace: grace ?? spec?.grace ?? 0, now: now)
    }

    /// End the service and then the supervisor itself.
    package mutating func shutDown(now: Int) -> [Action] { end(then: .leave, grace: spec?.grace ?? 0, now: now) }

    private mutating func end(then next: Next, grace: Int, now: Int) -> [Action] {
        switch phase {
        case .idle, .backoff:
            phase = .idle
            return settle(next, now: now)
        case .running:
            phase = .stopping(killAt: now + grace, then: next)
            return [.terminate]
        case .stopping(let killAt, _):
            // A later command wins; the grace that is already running is not begun anew.
            phase = .stopping(killAt: min(killAt, now + grace), then: next)
            return []
        }
    }

    private mutating func settle(_ next: Next, now: Int) -> [Action] {
        switch next {
        case .stay: return [.answer]
        case .leave: return [.answer, .leave]
        case .start:
            phase = .running(since: now)
            return [.spawn, .answer]
        }
    }

    /// The first process of the service is gone, or could not be started. What it left behind goes too.
    package mutating func exited(now: Int) -> [Action] {
        switch phase {
        case .idle, .backoff: return []
        case .stopping(_, let next):
            phase = .idle
            return [.killTree] + settle(next, now: now)
        case .running(let since):
            guard let spec else { return [.killTree] }
            if now - since >= spec.stableAfter { delay = spec.backoff }
            phase = .backoff(until: now + delay)
            delay = min(max(delay, 1) * 2, max(spec.backoffLimit, spec.backoff))
            return [.killTree]
        }
    }

    package mutating func tick(now: Int) -> [Action] {
        switch phase {
        case .idle, .running: return []
        case .stopping(let killAt, _):
            guard now >= killAt else { return [] }
            // Its exit arrives by itself; should it hang in the kernel, the tree is tried again in a second.
            if case .stopping(_, let next) = phase { phase = .stopping(killAt: now + 1000, then: next) }
            return [.killTree]
        case .backoff(let until):
            guard now >= until else { return [] }
            restarts += 1
            phase = .running(since: now)
            return [.spawn]
        }
    }
}
