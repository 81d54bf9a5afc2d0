import Model
package import PluginKit

/// Waits until a project's containers are up and well, and stay so for a while.
package struct HealthWatch<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private let list: ContainerList<Host>
    private var host: Host { work.host }

    package init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
        list = ContainerList(engine, work.host)
    }

    /// What is expected of a project.
    package struct Expectation: Sendable {
        package var project: String
        package var services: [String]
        /// Services that end by themselves, with 0.
        package var finishing: Set<String>
        /// Services that an operator stopped.
        package var stopped: Set<String>
        /// Restarts by container id before the watch; a container that is not in it is new.
        package var restarts: [String: Int]
        /// Compose files of the sources, for places.
        package var files: [String]
        /// What Compose said when it gave up: nothing starts by itself any more. nil: it did what it should.
        package var refusal: String?
        /// false: restarts count from the first look on.
        package var isFresh = true
        /// How often containers that end by a stop are started again: what a killed Compose had asked for comes late.
        package var revivals = 0
    }

    private enum Look {
        case well([Container])
        case waiting(String)
        case failing([(Container?, String)])
    }

    package func watch(_ expectation: Expectation, settle: Duration) throws -> (
        result: StageResult, containers: [Container]
    ) {
        var expectation = expectation
        let began = host.now
        let patience = min(work.options.wait, max(.seconds(1), host.timeLeft - .seconds(5)))
        var wellSince: Duration?
        var told = ""
        while true {
            let containers = try list.containers(of: expectation.project)
            if !expectation.isFresh {
                expectation.restarts = Dictionary(containers.map { ($0.id, $0.restarts) }, uniquingKeysWith: { $1 })
                expectation.isFresh = true
            }
            if host.isCancelled { return (.cancelled("the watch was cancelled"), containers) }
            switch look(try examined(containers, expectation), expectation) {
            case .failing(let failures):
                guard expectation.revivals > 0, try revive(failures) else {
                    return (try fail(failures, expectation), containers)
                }
                expectation.revivals -= 1
                wellSince = nil
            case .well(let containers):
                let since = wellSince ?? host.now
                wellSince = since
                if host.now - since >= settle { return (.ok(Self.summary(containers, expectation)), containers) }
                host.pause(min(.milliseconds(250), max(.milliseconds(20), settle - (host.now - since))))
            case .waiting where expectation.refusal != nil:
                return (.ok(Self.summary(containers, expectation)), containers)
            case .waiting(let reason):
                wellSince = nil
                guard host.now - began < patience else {
                    let late = containers.filter { expectation.services.contains($0.service) && $0.health == .starting }
                    let failures = late.isEmpty ? [(nil, reason)] : late.map { (Optional($0), reason) }
                    return (
                        try fail(failures.map { ($0.0, "\($0.1) after \(patience.spoken)") }, expectation), containers
                    )
                }
                if reason != told { host.progress(nil, reason) }
                told = reason
                host.pause(.milliseconds(250))
            }
        }
    }

    /// Starts containers again which a stop has ended: by a signal, or with 0 as programs do that heed it.
    ///
    /// - Returns: false when something else is wrong, too.
    private func revive(_ failures: [(Container?, String)]) throws -> Bool {
        let ended = failures.compactMap(\.0).filter {
            $0.status == "exited" && !$0.wasOutOfMemory && [0, 137, 143].contains($0.exitCode)
        }
        guard ended.count == failures.count else { return false }
        host.log(
            "a deployment that was killed had them stopped; started again: \(ended.map(\.name).joined(separator: ", "))"
        )
        return try host.run(work.limited(engine.ask(["start"] + ended.map(\.id))), onOutput: nil).succeeded
    }

    /// podman leaves the checks to systemd; where that does not run they are made here.
    private func examined(_ containers: [Container], _ expectation: Expectation) throws -> [Container] {
        guard engine.family == .podman else { return containers }
        return try containers.map { container in
            guard container.isRunning, container.health == .starting || container.health == .unhealthy,
                expectation.services.contains(container.service)
            else { return container }
            var container = container
            var command = engine.ask(["healthcheck", "run", container.id])
            command.timeout = .seconds(30)
            if try host.run(command, onOutput: nil).succeeded { container.health = .healthy }
            return container
        }
    }

    private func look(_ containers: [Container], _ expectation: Expectation) -> Look {
        var failures: [(Container?, String)] = []
        var unstarted: [(Container?, String)] = []
        var waiting: String?
        for name in expectation.services where !expectation.stopped.contains(name) {
            let own = containers.filter { $0.service == name }
            if own.isEmpty { failures.append((nil, "'\(name)' has no container")) }
            for container in own {
                switch container.status {
                case "exited" where expectation.finishing.contains(name) && container.exitCode == 0: continue
                case "exited", "dead", "removing": failures.append((container, container.spoken))
                case "restarting": failures.append((container, "\(container.spokenEnd) and is started again and again"))
                case "paused": continue
                case "running":
                    if container.restarts > expectation.restarts[container.id] ?? 0 {
                        failures.append(
                            (container, "\(container.spokenEnd) and was started again; it does not stay up"))
                    } else if container.health == .unhealthy {
                        failures.append((container, "is unhealthy"))
                    } else if container.health == .starting {
                        waiting = "'\(container.name)' is not yet healthy"
                    } else if expectation.finishing.contains(name) {
                        waiting = "'\(container.name)' is still at work"
                    }
                case "created" where !container.startError.isEmpty: failures.append((container, container.spoken))
                case "created" where expectation.refusal != nil:
                    unstarted.append((container, "did not start: \(expectation.refusal ?? "")"))
                default: waiting = "'\(container.name)' has not started"
                }
            }
        }
        // What fails by itself is why others are not started.
        failures += unstarted
        if !failures.isEmpty { return .failing(failures) }
        return waiting.map(Look.waiting) ?? .well(containers)
    }

    private func fail(_ failures: [(Container?, String)], _ expectation: Expectation) throws -> StageResult {
        var headline = ""
        for (container, reason) in failures {
            let text =
                container.map { reason.contains("'\($0.name)'") ? reason : "container '\($0.name)' \(reason)" }
                ?? reason
            var finding = PluginDiagnostic(.error, code: Failure.Code.unhealthy.rawValue, summary: text)
            if let container {
                finding.location = StackSource.place(
                    of: container.service, files: expectation.files, in: work.call.sourceDirectory)
                let lines = try list.lastLines(of: container)
                var detail: [String] = []
                if !container.healthLog.isEmpty, container.health != .healthy {
                    detail.append("Its last checks said:\n\(container.healthLog.joined(separator: "\n"))")
                }
                if !lines.isEmpty { detail.append("The last lines of its output:\n\(lines)") }
                if !detail.isEmpty { finding.detail = detail.joined(separator: "\n") }
            }
            host.report(finding)
            if headline.isEmpty { headline = text }
        }
        return .failed(failures.count == 1 ? headline : "\(headline), and \(failures.count - 1) more")
    }

    static func nothingRuns(_ stopped: Set<String>) -> String {
        let names = stopped.sorted().map { "'\($0)'" }.joined(separator: ", ")
        return "nothing runs: \(names) \(stopped.count == 1 ? "was" : "were") stopped by hand"
    }

    private static func summary(_ containers: [Container], _ expectation: Expectation) -> String {
        let own = containers.filter { expectation.services.contains($0.service) }
        let running = own.count { $0.isRunning }
        let healthy = own.count { $0.isRunning && $0.health == .healthy }
        if running == 0, !expectation.stopped.isEmpty { return nothingRuns(expectation.stopped) }
        var text = running == 1 ? "1 container runs" : "\(running) containers run"
        if healthy > 0 { text += ", \(healthy) healthy by their own checks" }
        if !expectation.stopped.isEmpty {
            text += "; stopped by hand and left so: \(expectation.stopped.sorted().joined(separator: ", "))"
        }
        return text
    }
}

extension Container {
    fileprivate var spokenEnd: String {
        wasOutOfMemory ? "ran out of memory" : "exited\(exitCode == 0 && isRunning ? "" : " with code \(exitCode)")"
    }
}
