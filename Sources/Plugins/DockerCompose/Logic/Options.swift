package import PluginKit

/// What an operator may set for one service (`options:` in deployer.yaml). Documentation/DockerCompose.md lists them.
package struct Options: Hashable, Sendable {
    /// Which of the tools is used; `auto` never chooses a Swarm.
    package enum Engine: String, CaseIterable, Sendable {
        case automatic = "auto"
        case composeV2 = "docker-compose-v2"
        case composeV1 = "docker-compose-v1"
        case podman = "podman-compose"
        case swarm
    }

    package enum Builder: String, CaseIterable, Sendable {
        /// What the tool takes by itself.
        case automatic = "auto"
        case buildKit = "buildkit"
        case classic
    }

    package enum Pull: String, CaseIterable, Sendable { case missing, always, never }

    // The stack
    package var engine = Engine.automatic
    /// `unix:///run/docker.sock`, `tcp://…`, `ssh://…`; nil: what the daemon's DOCKER_HOST or Docker's context says.
    package var dockerHost: String?
    /// Compose files, relative to the service's folder; nil: the ones with the usual names.
    package var files: [String]?
    package var project: String?
    /// Absolute; nil: a folder that belongs to the service's releases.
    package var projectDirectory: String?
    package var profiles: [String] = []
    /// Members of the Compose service that a Dockerfile alone becomes.
    package var container: [String: PluginJSON] = [:]
    package var environment: [String: String] = [:]
    /// Variables whose values are secrets, by reference.
    package var secrets: [String: String] = [:]
    /// Names of the daemon's variables that Compose sees too.
    package var inherit: [String] = []

    // Images
    package var buildDocker = false
    package var builder = Builder.automatic
    package var pull = Pull.missing
    package var keepReleases = 5
    /// `host[:port][/path]`: where a Swarm's nodes pull from.
    package var registry: String?

    // Tests
    package var runE2E = false
    package var testFiles: [String]?
    /// The service whose exit code is the verdict.
    package var testService: String?

    // The running stack
    /// Services that end by themselves once their work is done.
    package var oneShot: [String] = []
    /// How long containers must stay up, and well, for a deployment to count.
    package var settle: Duration = .seconds(3)
    /// How long they may take to become healthy.
    package var wait: Duration = .seconds(120)
    /// A changed file that a container mounts has that container made anew.
    package var recreateForFiles = true

    package init() {}
}
