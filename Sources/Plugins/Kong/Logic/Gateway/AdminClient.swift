package import PluginKit

/// Speaks to the Admin API. Answers come back whatever their status; what went wrong on the way is thrown.
package struct AdminClient<Host: KongHost> {
    private let host: Host
    private let endpoint: Options.Endpoint

    package init(_ host: Host, _ endpoint: Options.Endpoint) {
        self.host = host
        self.endpoint = endpoint
    }

    /// - Parameter isAlone: on a connection of its own, so that any worker may be the one that answers.
    package func send(
        _ request: AdminRequest, timeout: Duration = .seconds(30), isAlone: Bool = false
    ) throws(NoAnswer) -> GatewayAnswer {
        try host.send(call(for: request, timeout: timeout, isAlone: isAlone))
    }

    static func denial(_ answer: GatewayAnswer) -> String {
        "the Admin API does not let us in (\(answer.status)); check 'admin_token'"
    }

    package func call(for request: AdminRequest, timeout: Duration = .seconds(30), isAlone: Bool = false) -> HTTPCall {
        var call = HTTPCall.to(endpoint.url, request.method, request.target)
        call.headers = [("Accept", "application/json")]
        if let body = request.body {
            call.headers.append(("Content-Type", "application/json"))
            call.body = Array(body.text.utf8)
        }
        if isAlone { call.headers.append(("Connection", "close")) }
        if let token = endpoint.token {
            call.secretHeaders = [
                SecretValue(endpoint.tokenHeader, prefix: endpoint.tokenPrefix, reference: token)
            ]
        }
        call.certificateReference = endpoint.certificate
        call.privateKeyReference = endpoint.key
        call.authorityFile = endpoint.authorityFile
        call.timeout = timeout
        call.maxBody = request.largestAnswer
        return call
    }
}

extension HTTPCall {
    /// - Parameter base: a URL, or a reference to a secret that holds one.
    static func to(_ base: String, _ method: String, _ target: String) -> HTTPCall {
        guard !base.contains("://") else { return HTTPCall(method, base + target) }
        var call = HTTPCall(method, target)
        call.baseReference = base
        return call
    }
}
