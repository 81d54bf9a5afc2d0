/// A request that came to the webhook's address, as the HTTP endpoint has it.
package struct WebhookRequest: Sendable {
    /// Names compare without case.
    package var headers: [(name: String, value: String)]
    /// As it came, byte for byte: the signature is over these.
    package var body: [UInt8]
    package init(headers: [(name: String, value: String)], body: [UInt8]) {
        self.headers = headers
        self.body = body
    }

    /// nil also where it came twice: which one was meant cannot be known.
    func header(_ name: String) -> String? {
        let found = headers.filter { $0.name.lowercased() == name }
        return found.count == 1 ? found[0].value : nil
    }
}
