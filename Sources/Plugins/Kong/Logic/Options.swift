/// What an operator may set for one gateway (`options:` in deployer.yaml). Documentation/Kong.md lists them.
package struct Options: Hashable, Sendable {
    /// How a configuration comes to the gateway.
    package enum Way: String, CaseIterable, Sendable {
        /// `POST /config` of the Admin API.
        case admin
        /// The file that `declarative_config` of the gateway names, and a reload.
        case file
    }

    /// Who tells the gateway to start its workers anew.
    package enum Reload: Hashable, Sendable {
        case none
        /// `kong reload` on this machine.
        case host
        /// `kong reload` in a container.
        case container(String)
        case command([String])
    }

    /// Relative to the service's folder; nil: the one that is there.
    package var file: String?
    package var way = Way.admin

    // The gateway's interfaces
    package var admin = Endpoint(url: "env:KONG_ADMIN_URL")
    /// The Status API, for gateways whose Admin API is closed: asked for the configuration's hash.
    package var status: String?
    /// Where requests come in.
    package var proxy = "http://127.0.0.1:8000"
    /// Ask the Admin API about every entity while building, where it answers.
    package var asksGateway = true

    // The file way
    /// Absolute path of the file that the gateway reads.
    package var declarativeFile: String?

    // Reloading
    package var reload = Reload.none
    /// The program that runs containers.
    package var engine = "docker"
    /// `-p` of `kong reload`.
    package var prefix: String?

    /// For a configuration to be in force in every worker, and for routes to answer.
    package var patience = Duration.seconds(30)
    package var smoke: [SmokeTest] = []
    package var keepReleases = 5

    package init() {}

    /// Where the Admin API is, and as whom to come.
    package struct Endpoint: Hashable, Sendable {
        /// `http://host:8001`, or a reference to a secret that holds that.
        package var url: String
        /// Reference to the token; nil: none is asked for.
        package var token: String?
        package var tokenHeader = "Kong-Admin-Token"
        /// What stands before the token in the header: `Bearer `.
        package var tokenPrefix = ""
        /// References to PEM text, for mutual TLS.
        package var certificate: String?
        package var key: String?
        /// Absolute path of PEM certificates to trust in place of the system's.
        package var authorityFile: String?
        package init(url: String) { self.url = url }
    }
}

/// A route that has to answer through the proxy.
package struct SmokeTest: Hashable, Sendable {
    /// Name of a route of the file; what is not said below comes from it.
    package var route: String?
    package var method: String?
    package var path: String?
    package var host: String?
    package var headers: [String: String] = [:]
    /// Statuses that are an answer; empty: any below 500 that the upstream, or a plugin, gave.
    package var statuses: Set<Int> = []
    /// Text that the answer's body holds.
    package var contains: String?
    package init(route: String? = nil) { self.route = route }

    /// For people.
    package var title: String { route.map { "route '\($0)'" } ?? "\(method ?? "GET") \(path ?? "/")" }
}
