/// The forges that are spoken with.
package enum ForgeKind: String, Sendable, Hashable, Codable, CaseIterable {
    case github, gitlab
    /// Gitea and Forgejo, which share their interface.
    case gitea
    case pagure

    /// As people write it.
    package var name: String {
        switch self {
        case .github: "GitHub"
        case .gitlab: "GitLab"
        case .gitea: "Gitea or Forgejo"
        case .pagure: "Pagure"
        }
    }

    /// Hosts whose forge everybody knows.
    static let known: [String: ForgeKind] = [
        "github.com": .github, "ssh.github.com": .github, "gitlab.com": .gitlab, "altssh.gitlab.com": .gitlab,
        "codeberg.org": .gitea, "gitea.com": .gitea, "pagure.io": .pagure,
    ]

    /// Names of hosts that take git over SSH on port 443, by what they are called otherwise.
    static let aliases = ["ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"]

    /// Where the interface of a forge lies that is served at `https://host`.
    func api(host: String) -> String {
        switch self {
        case .github where host == "github.com": "https://api.github.com"
        // GitHub Enterprise Cloud with data residency has a host for each enterprise; Enterprise Server has a path.
        case .github where host.hasSuffix(".ghe.com"): "https://api.\(host)"
        case .github: "https://\(host)/api/v3"
        case .gitlab: "https://\(host)/api/v4"
        case .gitea: "https://\(host)/api/v1"
        case .pagure: "https://\(host)/api/0"
        }
    }

    /// The end of an interface's path that is not part of the forge's own.
    var apiPath: String {
        switch self {
        case .github: "/api/v3"
        case .gitlab: "/api/v4"
        case .gitea: "/api/v1"
        case .pagure: "/api/0"
        }
    }
}
