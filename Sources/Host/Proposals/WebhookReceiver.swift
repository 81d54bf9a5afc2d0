import Forge
import Model
import Synchronization
import Web

/// Judges what comes as the forge's webhook, and wakes whom it concerns. A delivery is never taken for a fact: whoever was woken
/// asks the remote or the forge himself, so one that was kept back, repeated or made up by whoever knows the secret can at most
/// make him look.
final class WebhookReceiver: Sendable {
    /// Whom a delivery wakes.
    struct Wakes: Sendable {
        /// Whoever looks at the watched branch.
        var source: @Sendable () -> Void
        /// Whoever looks after pull requests; with the one that it is about.
        var proposals: @Sendable (_ number: Int?) -> Void
    }

    private struct State {
        /// Digests of signed bodies, the newest last.
        var known: [String] = []
        var errors = RepeatedErrors()
    }

    private let address: ForgeAddress
    private let secret: ForgeSecret
    private let branch: String
    private let prefix: String
    private let wakes: Wakes
    private let say: @Sendable (LogLine) -> Void
    private let state = Mutex(State())
    /// So many deliveries are known again.
    private static let remembered = 512

    /// - Parameters:
    ///   - branch: the one that is watched.
    ///   - prefix: what the names of the daemon's own branches begin with.
    init(
        _ address: ForgeAddress, secret: ForgeSecret, branch: String, prefix: String, wakes: Wakes,
        say: @escaping @Sendable (LogLine) -> Void
    ) {
        self.address = address
        self.secret = secret
        self.branch = branch
        self.prefix = prefix
        self.wakes = wakes
        self.say = say
    }

    func receive(_ request: WebhookRequest) -> WebhookDoor.Answer {
        let delivery: WebhookDelivery
        do throws(Failure) {
            delivery = try address.delivery(request, secret: secret)
        } catch {
            let failure = error
            if state.withLock({ $0.errors.isWorthTelling(failure) }) { say(LogLine("\(failure)", level: .warning)) }
            return failure.code == .forgeWebhookSignature ? .refused : .malformed
        }
        // By what is signed: the number of a delivery in its headers is not. Nor is the event's name, so a body is known for each
        // event that was made of it. GitLab signs nothing and shows the secret itself, and two of its bodies may be alike.
        let number = address.kind == .gitlab ? delivery.id ?? "" : ""
        guard isNew(SHA256.hex(of: request.body + Array("\(number) \(delivery.event)".utf8))) else { return .taken }
        wake(delivery.event)
        return .taken
    }

    private func isNew(_ digest: String) -> Bool {
        state.withLock { state in
            guard !state.known.contains(digest) else { return false }
            state.known.append(digest)
            if state.known.count > Self.remembered { state.known.removeFirst() }
            return true
        }
    }

    private func wake(_ event: ForgeEvent) {
        switch event {
        case .ping: say(LogLine("the forge's webhook has found its way"))
        case .pushed(branch, _):
            say(LogLine("the forge tells of a push to '\(branch)'", level: .debug))
            wakes.source()
        case .pushed(let name, _) where name.hasPrefix(prefix):
            wakes.proposals(nil)
        case .opened(let mark), .updated(let mark), .closed(let mark), .merged(let mark, _):
            guard mark.branch.hasPrefix(prefix) else { return }
            say(LogLine("the forge tells of pull request \(mark.number)", level: .debug))
            wakes.proposals(mark.number)
        case .pushed, .comment, .ignored: break
        }
    }
}
