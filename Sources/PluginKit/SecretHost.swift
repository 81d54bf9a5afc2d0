internal import PluginAPI

/// `secret/1`. Prefer `SecretValue` in headers and environments, where the host puts the secret in place.
public struct SecretHost: Sendable {
    private let host: HostCalls
    init(_ host: HostCalls) { self.host = host }

    /// Whether there is such a secret; tells nothing of its value.
    public func exists(_ reference: String) throws(HostCallFailure) -> Bool {
        guard let table = host.secret, let exists = table.exists else { throw .init("secret/1 exists", code: 8) }
        let code = Arena.with { exists(host.context, host.operation, $0.string(reference)) }
        switch code {
        case DEPLOYER_CALL_OK: return true
        case DEPLOYER_CALL_NOT_FOUND: return false
        default: throw .init("secret/1 exists", code: code)
        }
    }

    /// The plain text.
    ///
    /// - Throws: `denied` unless the manifest asks for plain secrets and the operator grants them.
    public func reveal(_ reference: String) throws(HostCallFailure) -> String {
        guard let table = host.secret, let reveal = table.reveal else { throw .init("secret/1 reveal", code: 8) }
        let pending = Pending()
        let context = Unmanaged.passUnretained(pending).toOpaque()
        let code = withExtendedLifetime(pending) {
            Arena.with {
                reveal(host.context, host.operation, $0.string(reference), context) { context, text in
                    guard let context else { return }
                    Unmanaged<Pending>.fromOpaque(context).takeUnretainedValue().text = String(text)
                }
            }
        }
        guard code == DEPLOYER_CALL_OK, let text = pending.text else { throw .init("secret/1 reveal", code: code) }
        return text
    }

    private final class Pending { var text: String? }
}
