import PluginKit

extension ContainerList {
    /// The containers of a project with all that tells who has stopped them.
    func containers(of project: String, knowing journal: ChangeJournal) throws -> [Container] {
        var containers = try containers(of: project)
        let unstarted = journal.unstarted
        for index in containers.indices { containers[index].isLeftUnstarted = unstarted.contains(containers[index].id) }
        let stopped = containers.indices.filter { containers[$0].wasStoppedByHand && containers[$0].status == "exited" }
        guard !stopped.isEmpty, let start = try engineStart() else { return containers }
        // The engine has waited for the slowest of them, and takes its time to go through all of them.
        let patience = (containers.map(\.stopTimeout).max() ?? 0) + 10
        for index in stopped {
            containers[index].endedWithEngine = start.ended(containers[index], patience: patience)
        }
        return containers
    }

    /// nil where nothing tells it: podman has no daemon that could take containers with it, and an engine may be run without
    /// the network `bridge`.
    private func engineStart() throws -> EngineStart? {
        guard engine.family == .docker else { return nil }
        let asked = engine.ask(["network", "inspect", "--format", "{{.Created.UnixNano}}", "bridge"])
        let network = try host.run(asked, onOutput: nil)
        guard network.succeeded, let ready = Int64(network.outputText.prefix { !$0.isWhitespace }) else { return nil }
        // By the engine's own clock: it says what it has kept up to now, and waits for nothing to come.
        let clock = try host.run(engine.ask(["info", "--format", "{{.SystemTime}}"]), onOutput: nil)
        guard clock.succeeded else { return nil }
        let now = String(clock.outputText.prefix { !$0.isWhitespace })
        var command = engine.ask([
            "events", "--since", "0", "--until", now, "--format", "{{.TimeNano}} {{.Actor.ID}} {{.Action}}",
        ])
        command.timeout = .seconds(10)
        let end = try host.run(command, onOutput: nil)
        guard end.succeeded else { return nil }
        let events = end.outputText.split(whereSeparator: \.isNewline)
        return EngineStart(ready: ready, events: events.map(String.init))
    }
}
