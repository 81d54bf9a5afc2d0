import Model
package import Net

/// What every adapter needs beside its address and its secret.
package struct ForgeOptions: Sendable {
    package var transport: HTTPTransport
    /// For forges whose certificate an authority of one's own has signed.
    package var tls: HTTPTransport.TLS?
    /// Branches with this beginning are the daemon's; no other one is ever listed or deleted.
    package var branchPrefix: String
    /// Of one request.
    package var timeout: Duration
    package var clock: ForgeClock

    package init(
        transport: HTTPTransport, tls: HTTPTransport.TLS? = nil, branchPrefix: String = "codex/",
        timeout: Duration = .seconds(30), clock: ForgeClock = .system
    ) {
        self.transport = transport
        self.tls = tls
        self.branchPrefix = branchPrefix
        self.timeout = timeout
        self.clock = clock
    }

    /// - Throws: `forge.foreign-branch`.
    func own(_ branch: String) throws(Failure) {
        guard !branchPrefix.isEmpty, branch.hasPrefix(branchPrefix), branch.count > branchPrefix.count else {
            throw Failure(
                .forgeForeignBranch,
                "the branch '\(branch)' is not the daemon's: it does not begin with '\(branchPrefix)'",
                remedy: "Delete it by hand if it is to go.")
        }
    }
}
