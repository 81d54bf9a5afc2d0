/// A repository elsewhere and how to be let in: all that a poll, a fetch or a push needs to know of it.
package struct GitRemote: Hashable, Sendable, CustomStringConvertible {
    /// What people call it: `origin`, or the name of the service whose sources it holds. Only used in messages.
    package var name: String
    package var url: RemoteURL
    package var credential: RemoteCredential
    /// PEM file of the authorities to trust for `https` in place of the system's.
    package var authorityFile: String?
    /// `known_hosts` files for ssh; empty means `$HOME/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`.
    package var knownHostsFiles: [String]

    package init(
        name: String = "origin", url: RemoteURL, credential: RemoteCredential = .none, authorityFile: String? = nil,
        knownHostsFiles: [String] = []
    ) {
        self.name = name
        self.url = url
        self.credential = credential
        self.authorityFile = authorityFile
        self.knownHostsFiles = knownHostsFiles
    }

    /// `origin (https://host/team/project)`; never holds a secret.
    package var description: String { "\(name) (\(url))" }
}
