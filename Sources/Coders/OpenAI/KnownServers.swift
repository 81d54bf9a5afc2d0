import Synchronization

/// What servers were found to understand, for all who ask them: each refusal on the way there counts as a request.
package final class KnownServers: Sendable {
    private let traits = Mutex<[String: ServerTraits]>([:])

    package init() {}

    func traits(of server: String) -> ServerTraits { traits.withLock { $0[server] ?? ServerTraits() } }

    func update<Result: Sendable>(_ server: String, _ body: (inout ServerTraits) -> Result) -> Result {
        traits.withLock { body(&$0[server, default: ServerTraits()]) }
    }
}
