import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The one loop of a supervisor: signals, commands, the service's output and its end, all through one poll(2).
final class SupervisorLoop {
    private let directory: ControlDirectory
    private let signals: Int32
    private var server: CommandServer
    private var service: SupervisedService
    private var machine = SupervisorMachine()
    private var since = Clock.wall
    private var waiting: [Int32] = []
    private var isLeaving = false
    private let lock: Int32
    private static let ownershipInterval = 30_000

    private init(
        directory: ControlDirectory, lock: Int32, isSubreaper: Bool, umaskOfService: mode_t, signals: Int32,
        server: consuming CommandServer
    ) {
        self.directory = directory
        self.lock = lock
        self.signals = signals
        self.server = server
        service = SupervisedService(directory: directory, isSubreaper: isSubreaper, umask: umaskOfService)
    }

    /// Runs until it is told to leave.
    ///
    /// - Returns: the exit code.
    static func run(in directory: ControlDirectory, resumes: Bool) -> Int32 {
        // What the supervisor writes may hold secrets; the service has the mask that the daemon has.
        let umaskOfService = umask(0o077)
        guard chdir(directory.path) == 0 else {
            Console.complain("cannot work in '\(directory.path)': \(Files.lastError)")
            return 74
        }
        guard let lock = directory.acquire() else {
            Launcher.report(UInt8(ascii: "t"))
            return Launcher.alreadySupervised
        }
        defer { close(lock) }
        let isSubreaper = KernelControl.becomeSubreaper()
        if !isSubreaper {
            Console.complain("this system has no subreaper: a child that forks twice is found by its environment only")
        }
        guard let signals = SignalPipe.install([SIGCHLD, SIGTERM, SIGINT, SIGHUP]) else {
            Console.complain("no pipe for signals: \(Files.lastError)")
            return 71
        }
        let abandoned = directory.abandoned
        if !abandoned.members().isEmpty {
            Console.complain("ending what an earlier supervisor left running")
            abandoned.signal(SIGTERM)
            let grace = Clock.milliseconds + (directory.readSpec()?.spec.grace ?? 5000)
            while Clock.milliseconds < grace, !abandoned.members().isEmpty { usleep(20_000) }
            if !abandoned.kill(patience: 5000) { Console.complain("some of it cannot be killed") }
        }
        directory.forgetProcess()
        guard let server = CommandServer(path: "socket") else {
            Console.complain("cannot listen in '\(directory.path)': \(Files.lastError)")
            return 74
        }
        let loop = SupervisorLoop(
            directory: directory, lock: lock, isSubreaper: isSubreaper, umaskOfService: umaskOfService,
            signals: signals, server: server)
        if let (spec, isWanted) = directory.readSpec() {
            loop.service.spec = spec
            if resumes, isWanted { loop.perform(loop.machine.start(spec, now: Clock.milliseconds)) }
        }
        loop.publish()
        Launcher.report(UInt8(ascii: "r"))
        loop.loop()
        unlink("socket")
        return 0
    }

    private func loop() {
        while !isLeaving || !waiting.isEmpty {
            var polled = [
                pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                pollfd(fd: service.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            for client in server.clients { polled.append(pollfd(fd: client, events: Int16(POLLIN), revents: 0)) }
            _ = poll(&polled, nfds_t(polled.count), timeout)

            if polled[1].revents != 0 { service.readOutput() }
            if polled[0].revents != 0 { takeSignals() }
            noticeExit()
            checkOwnership()
            perform(machine.tick(now: Clock.milliseconds))
            if polled[2].revents != 0 { server.accept() }
            for client in polled[3...] where client.revents != 0 { take(server.read(client.fd), from: client.fd) }
        }
    }

    /// Milliseconds for poll(2).
    private var timeout: Int32 {
        var due = min(machine.deadline ?? .max, Clock.milliseconds + Self.ownershipInterval)
        // While a service ends, its tree is looked at until it is empty.
        if service.hasExited { due = min(due, Clock.milliseconds + 20) }
        return Int32(clamping: max(0, due - Clock.milliseconds))
    }

    // MARK: what happens

    /// Somebody may have removed the control directory, and the lock with it: another supervisor can then take the
    /// service, so this one has to go.
    private func checkOwnership() {
        guard !directory.owns(lock), machine.state != .stopping, !isLeaving else { return }
        Console.complain("the control directory is gone")
        perform(machine.shutDown(now: Clock.milliseconds))
    }

    private func takeSignals() {
        var numbers = [UInt8](repeating: 0, count: 64)
        let count = read(signals, &numbers, numbers.count)
        service.reap()
        for number in numbers.prefix(max(0, count)) where Int32(number) == SIGTERM || Int32(number) == SIGINT {
            perform(machine.shutDown(now: Clock.milliseconds))
        }
    }

    /// A service that was told to end has ended when its whole tree has, or its grace is over.
    private func noticeExit() {
        guard service.hasExited else { return }
        let isEnding = machine.state == .stopping
        if isEnding, Clock.milliseconds < (machine.deadline ?? 0), service.hasDescendants { return }
        service.finish(isExpected: isEnding)
        perform(machine.exited(now: Clock.milliseconds))
    }

    private func take(_ message: CommandServer.Message, from client: Int32) {
        switch message {
        case .incomplete: return
        case .closed:
            waiting.removeAll { $0 == client }
            server.close(client)
        case .text(let text): obey(text, from: client)
        }
    }

    private func obey(_ text: FieldText, from client: Int32) {
        let now = Clock.milliseconds
        switch text["command"] {
        case "status": answer(client)
        case "start":
            guard let spec = ServiceSpec(text) else { return refuse(client, "the specification is incomplete") }
            guard directory.write(spec, isWanted: true) else {
                return refuse(client, "cannot write '\(directory.spec)': \(Files.lastError)")
            }
            waiting.append(client)
            service.next = spec
            perform(machine.start(spec, now: now))
        case "restart":
            guard let spec = service.next ?? service.spec else {
                return refuse(client, "nothing was ever started here")
            }
            directory.write(spec, isWanted: true)
            waiting.append(client)
            perform(machine.start(spec, now: now))
        case "stop":
            if let spec = service.next ?? service.spec { directory.write(spec, isWanted: false) }
            waiting.append(client)
            perform(machine.stop(grace: text.integer("grace"), now: now))
        case "shutdown":
            waiting.append(client)
            perform(machine.shutDown(now: now))
        case let other: refuse(client, "'\(other ?? "")' is no command")
        }
    }

    // MARK: what is done about it

    private func perform(_ actions: [SupervisorMachine.Action]) {
        guard !actions.isEmpty else { return }
        since = Clock.wall
        for action in actions {
            switch action {
            case .spawn: spawn()
            case .terminate: service.tree.signal(SIGTERM)
            case .killTree:
                if !service.kill() { Console.complain("some of '\(service.name)' cannot be killed") }
            case .answer:
                publish()
                for client in waiting { answer(client) }
                waiting.removeAll()
            case .leave: isLeaving = true
            }
        }
        publish()
    }

    private func spawn() {
        guard service.start() else {
            perform(machine.exited(now: Clock.milliseconds))
            return
        }
    }

    private var status: ServiceStatus { service.status(of: machine, since: since) }

    private func publish() { Files.replace(directory.status, with: status.text.bytes) }

    private func answer(_ client: Int32) {
        var text = FieldText()
        text.add("ok", "1")
        for field in status.text.fields { text.add(field.name, field.value) }
        server.send(text, to: client)
    }

    private func refuse(_ client: Int32, _ reason: String) {
        var text = FieldText()
        text.add("error", reason)
        server.send(text, to: client)
    }
}
