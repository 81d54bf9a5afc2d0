package import PluginKit

/// A container of a project, as the engine describes it.
///
/// Source: the members of `GET /containers/{id}/json` (https://docs.docker.com/reference/api/engine/); podman's are the same.
package struct Container: Sendable, Hashable {
    package enum Health: String, Sendable { case none, starting, healthy, unhealthy }

    package var id: String
    package var name: String
    package var service: String
    package var number: Int
    /// The digest that this plugin has given it; nil: somebody else made it.
    package var digest: String?
    package var image: String
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
    package var status: String
    package var exitCode: Int
    package var wasOutOfMemory: Bool
    package var health: Health
    /// What its last checks printed.
    package var healthLog: [String]
    package var restarts: Int
    package var restartPolicy: String
    package var startedAt: String
    /// The end of its last run, as the engine writes it.
    package var finishedAt: String
    /// Why the engine could not start it, in its words; empty where it could.
    package var startError: String
    /// Seconds that the engine gives it to end.
    package var stopTimeout: Int
    /// The folder its project was started from.
    package var workingDirectory: String?
    /// Id, service and folder of releases of the service that made it; nil: somebody else did, or an older version.
    package var owner: String?
    package var ownerService: String?
    package var ownerDirectory: String?

    /// The deployer has made it in the place of one that was stopped by hand, and has not started it.
    package var isLeftUnstarted = false
    /// The engine ended it while it came up.
    package var endedWithEngine = false

    package static let digestLabel = "codex-deployer.digest"

    package init?(_ json: PluginJSON) {
        guard let id = json["Id"]?.string ?? json["ID"]?.string, let state = json["State"] else { return nil }
        let labels = json["Config"]?["Labels"] ?? [:]
        self.id = id
        let name = json["Name"]?.string ?? id
        self.name = name.hasPrefix("/") ? String(name.dropFirst()) : name
        service = labels["com.docker.compose.service"]?.string ?? ""
        number = labels["com.docker.compose.container-number"]?.string.flatMap { Int($0) } ?? 1
        digest = labels[Self.digestLabel]?.string
        image = json["Image"]?.string ?? ""
        status = state["Status"]?.string ?? "unknown"
        if status == "stopped" || status == "configured" { status = status == "stopped" ? "exited" : "created" }
        exitCode = state["ExitCode"]?.integer ?? 0
        wasOutOfMemory = state["OOMKilled"]?.bool ?? false
        let check = state["Health"] ?? state["Healthcheck"] ?? [:]
        health = check["Status"]?.string.flatMap { Health(rawValue: $0) } ?? .none
        healthLog = (check["Log"]?.array ?? []).suffix(3).compactMap { $0["Output"]?.string }.filter { !$0.isEmpty }
        restarts = json["RestartCount"]?.integer ?? state["RestartCount"]?.integer ?? 0
        restartPolicy = json["HostConfig"]?["RestartPolicy"]?["Name"]?.string ?? ""
        startedAt = state["StartedAt"]?.string ?? ""
        finishedAt = state["FinishedAt"]?.string ?? ""
        startError = Self.readable(state["Error"]?.string ?? "")
        stopTimeout = json["Config"]?["StopTimeout"]?.integer ?? 10
        workingDirectory = labels["com.docker.compose.project.working_dir"]?.string
        owner = labels[Owner.idLabel]?.string
        ownerService = labels[Owner.serviceLabel]?.string
        ownerDirectory = labels[Owner.directoryLabel]?.string
    }

    /// Without the id of an endpoint, which tells nobody anything.
    private static func readable(_ words: String) -> String { words.replacing(#/ \([0-9a-f]{64}\)/#, with: "") }

    package var isRunning: Bool { status == "running" }
    package var shortImage: String {
        String((image.hasPrefix("sha256:") ? image.dropFirst(7) : image[...]).prefix(12))
    }

    /// Whether an operator stopped it, as far as an engine tells: none keeps the fact itself.
    ///
    /// What the engine would have started again by itself has been stopped on purpose, unless the engine could not or did it
    /// itself. Without such a policy, the end by a signal of `docker stop` (or a program that heeds it and ends with 0) is
    /// one; any other end is a crash.
    package var wasStoppedByHand: Bool {
        if status == "paused" || (status == "created" && isLeftUnstarted) { return true }
        guard status == "exited", !wasOutOfMemory, startError.isEmpty, !endedWithEngine else { return false }
        switch restartPolicy {
        case "always", "unless-stopped": return true
        case "on-failure": return [137, 143].contains(exitCode)
        default: return [0, 130, 137, 143].contains(exitCode)
        }
    }

    /// `exited with code 3`, `is healthy`; for people.
    package var spoken: String {
        if !isRunning, !startError.isEmpty { return "did not start: \(startError)" }
        switch status {
        case "exited", "dead":
            return wasOutOfMemory ? "ran out of memory and was killed" : "exited with code \(exitCode)"
        case "running":
            return health == .none ? "is running" : "is \(health == .starting ? "starting" : health.rawValue)"
        case "created": return "was created and did not start"
        default: return "is \(status)"
        }
    }
}
