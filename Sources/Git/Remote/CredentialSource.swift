package import Model

/// A credential that lasts for a while only and is had anew: an App's installation token.
package struct CredentialSource: Hashable, Sendable {
    /// Whose it is, as messages say it. Two of one name are the same.
    package let name: String
    private let have: @Sendable () async throws(Failure) -> RemoteCredential
    private let drop: @Sendable (RemoteCredential) async -> Bool

    /// - Parameters:
    ///   - have: the one that holds now.
    ///   - drop: told of one that a server refused; true where another one is worth a try.
    package init(
        _ name: String, have: @escaping @Sendable () async throws(Failure) -> RemoteCredential,
        drop: @escaping @Sendable (RemoteCredential) async -> Bool
    ) {
        self.name = name
        self.have = have
        self.drop = drop
    }

    package static func == (left: Self, right: Self) -> Bool { left.name == right.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    package func current() async throws(Failure) -> RemoteCredential { try await have() }
    func refused(_ credential: RemoteCredential) async -> Bool { await drop(credential) }
}

extension GitRemote {
    /// Does something with the credential that holds now. One that was revoked before its end is had anew, once.
    func entered<Result: Sendable>(
        _ work: (GitRemote) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        guard case .supplied(let source) = credential else { return try await work(self) }
        var remote = self
        remote.credential = try await source.current()
        do throws(Failure) {
            return try await work(remote)
        } catch {
            guard error.code == .remoteAuth, await source.refused(remote.credential) else { throw error }
            remote.credential = try await source.current()
            return try await work(remote)
        }
    }
}
