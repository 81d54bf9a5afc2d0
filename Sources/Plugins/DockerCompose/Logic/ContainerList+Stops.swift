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
        let end = try host.run(asked, onOutput: nil)
        guard end.succeeded, let ready = Int64(end.outputText.prefix { !$0.isWhitespace }) else { return nil }
        var command = engine.ask([
            "events", "--since", "0", "--until", "1s", "--format", "{{.TimeNano}} {{.Actor.ID}} {{.Action}}",
        ])
        // With a clock behind ours the engine would wait for events to come; what it has kept it has said by then.
        command.timeout = .seconds(5)
        let events = try host.run(command, onOutput: nil).outputText.split(whereSeparator: \.isNewline)
        return EngineStart(ready: ready, events: events.map(String.init))
    }
}
