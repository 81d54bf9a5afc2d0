import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// git's smart HTTP protocol on loopback: a small threaded server with keep-alive around `git http-backend`, the peer of the
/// tests. Every repository below its folder can be read and pushed to.
package final class GitHTTPServer: Sendable {
    package struct Options: Sendable {
        /// User and password that basic authentication must bring; nil lets everybody in.
        package var login: (user: String, password: String)?
        /// Further passwords of that user that are good at the moment.
        package var passwords: (@Sendable () -> [String])?
        /// Off: the server answers as one that knows protocol v0 only.
        package var speaksVersion2: Bool
        /// Answer these paths' prefixes with a redirect to the value.
        package var redirects: [String: String]
        package init(
            login: (user: String, password: String)? = nil, speaksVersion2: Bool = true,
            redirects: [String: String] = [:]
        ) {
            self.login = login
            self.speaksVersion2 = speaksVersion2
            self.redirects = redirects
        }
    }

    /// A request as the server saw it.
    package struct Entry: Sendable {
        package var method: String
        /// Path and query.
        package var target: String
        package var authorization: String?
        package var status: Int
    }

    private let root: String
    private let options: Mutex<Options>
    private let entries = Mutex<[Entry]>([])
    private let listener = Mutex<LoopbackListener?>(nil)

    /// - Parameter root: folder that holds the repositories.
    package init(root: String, options: Options = Options()) throws {
        self.root = root
        self.options = Mutex(options)
        let made = try LoopbackListener { [self] connection in serve(connection) }
        listener.withLock { $0 = made }
    }

    package var port: Int { listener.withLock { $0?.port ?? 0 } }
    package var acceptedConnections: Int { listener.withLock { $0?.acceptedConnections ?? 0 } }
    /// All requests so far.
    package var log: [Entry] { entries.withLock { $0 } }

    /// URL of a repository below the root.
    package func url(_ repository: String, scheme: String = "http") -> String {
        "\(scheme)://127.0.0.1:\(port)/\(repository)"
    }

    package func update(_ change: (inout Options) -> Void) { options.withLock { change(&$0) } }

    package func stop() {
        // Taking the listener out also ends the cycle of references between the two.
        listener.withLock { listener in
            defer { listener = nil }
            return listener
        }?.stop()
    }

    private func serve(_ connection: Int32) {
        var reader = HTTPPeerReader(connection)
        while let request = reader.next() {
            let answer = answer(to: request)
            entries.withLock {
                $0.append(
                    Entry(
                        method: request.method, target: request.target, authorization: request["authorization"],
                        status: answer.status))
            }
            guard HTTPPeerReader.send(answer.bytes, to: connection) else { return }
        }
    }

    private func answer(to request: HTTPPeerReader.Request) -> HTTPPeerAnswer {
        let options = options.withLock { $0 }
        if let login = options.login {
            let passwords = [login.password] + (options.passwords?() ?? [])
            let expected = passwords.map { "Basic " + PeerBase64.encode("\(login.user):\($0)") }
            if !expected.contains(where: { $0 == request["authorization"] }) {
                return HTTPPeerAnswer(
                    401, [("WWW-Authenticate", "Basic realm=\"git\"")], "You must log in.", type: "text/plain")
            }
        }
        if let redirect = options.redirects.first(where: { request.target.hasPrefix($0.key) }) {
            let location = redirect.value + request.target.dropFirst(redirect.key.count)
            return HTTPPeerAnswer(301, [("Location", location)], "", type: "text/plain")
        }
        return (try? backend(request, options)) ?? HTTPPeerAnswer(500, [], "backend failed", type: "text/plain")
    }

    /// git-http-backend(1) as CGI.
    private func backend(_ request: HTTPPeerReader.Request, _ options: Options) throws -> HTTPPeerAnswer {
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var environment = [
            "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": String(parts[0]),
            "QUERY_STRING": parts.count > 1 ? String(parts[1]) : "", "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request["content-type"] ?? "", "CONTENT_LENGTH": String(request.body.count),
            "REMOTE_USER": "peer", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_CONTENT_ENCODING": request["content-encoding"] ?? "",
        ]
        if options.speaksVersion2, let version = request["git-protocol"] { environment["GIT_PROTOCOL"] = version }
        var template = Array("/tmp/deployer-request-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw PeerError("no temporary file") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        var rest = request.body[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        close(file)
        let result = try PeerCommand.run(
            ["git", "http-backend"], environment: environment, inputFile: path, isQuiet: false)
        return HTTPPeerAnswer(cgi: result.output)
    }
}
