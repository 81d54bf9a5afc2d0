/// Where a forge's webhooks come in. Who comes here is known only when the whole body is there, so little is taken in before.
package struct WebhookDoor: Sendable {
    /// What was made of a delivery, as far as its sender is to know.
    package enum Answer: Sendable, Hashable {
        case taken
        /// Not signed, or with another secret.
        case refused
        /// Signed, and not to be understood.
        case malformed
    }

    package static let path = "/webhook"
    /// Of a body, in bytes. Forges send a few kilobytes; of what is larger the poll hears as well.
    package static let bodyLimit = 1 << 20
    /// For the whole body to come. GitHub itself waits no longer for an answer.
    package static let bodyDeadline: Duration = .seconds(10)

    let receive: @Sendable (_ headers: [(name: String, value: String)], _ body: [UInt8]) async -> Answer

    /// - Parameter receive: judges a delivery and wakes whom it concerns; forges wait for it.
    package init(
        receive: @escaping @Sendable (_ headers: [(name: String, value: String)], _ body: [UInt8]) async -> Answer
    ) {
        self.receive = receive
    }
}

extension WebhookDoor.Answer {
    var status: Int {
        switch self {
        case .taken: 202
        case .refused: 401
        case .malformed: 400
        }
    }
}
