import Model
import Net
import TestSupport
import Testing

@Suite struct HTTPTransportTests {
    private func with(
        _ fault: FaultyServer.Fault, _ options: HTTPTransport.Options = .init(),
        _ body: (HTTPTransport, FaultyServer) async throws -> Void
    ) async throws {
        let server = try FaultyServer(fault)
        defer { server.stop() }
        let transport = HTTPTransport(options)
        do {
            try await body(transport, server)
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    private func failure(_ transport: HTTPTransport, _ request: HTTPTransport.Request) async -> Failure? {
        do throws(Failure) {
            _ = try await transport.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("An answer comes back whole, whatever its status, over one kept connection")
    func answers() async throws {
        try await with(.answer(status: 418, type: "text/plain", body: "short and stout")) { transport, server in
            for method in ["GET", "POST"] {
                let response = try await transport.send(
                    .init(method, server.url(), body: method == "GET" ? [] : [1, 2]))
                #expect(response.status == 418)
                #expect(response.text == "short and stout")
                #expect(response.header("content-TYPE") == "text/plain")
                #expect(response.header("missing") == nil)
            }
            #expect(server.acceptedConnections == 1)
        }
    }

    @Test("Silence and dripping end at the deadline of the exchange", arguments: [true, false])
    func deadlines(isSilent: Bool) async throws {
        try await with(isSilent ? .silence : .drip) { transport, server in
            let start = ContinuousClock.now
            let ended = await failure(
                transport, .init("GET", server.url("x?token=s3cret"), timeout: .milliseconds(500)))
            #expect(ended?.code == .httpTimeout)
            #expect(ended?.scheduling == .retry)
            #expect(ended?.message.contains("127.0.0.1:\(server.port)") == true)
            #expect(ended?.description.contains("s3cret") == false)
            #expect(ContinuousClock.now - start < .seconds(90))
        }
    }

    @Test("A body beyond the limit is refused")
    func bodyLimit() async throws {
        try await with(.answer(status: 200, type: "text/plain", body: "0123456789")) { transport, server in
            #expect(await failure(transport, .init("GET", server.url(), maximumBody: 10)) == nil)
            let refused = await failure(transport, .init("GET", server.url(), maximumBody: 9))
            #expect(refused?.code == .httpBodyTooLarge)
        }
    }

    @Test("Nobody there, an unknown name, a reset and nonsense are told apart")
    func unreachable() async throws {
        try await with(.reset) { transport, server in
            #expect(await failure(transport, .init("POST", server.url(), body: [1]))?.code == .httpClosed)
            let port = server.port
            server.stop()
            while PeerPort.isOpen(port) { try await Task.sleep(for: .milliseconds(5)) }
            let refused = await failure(transport, .init("GET", "http://127.0.0.1:\(port)/"))
            #expect(refused?.code == .httpConnect)
            #expect(refused?.scheduling == .wait(for: "http://127.0.0.1:\(port)"))
            #expect(refused?.cause == "Connection refused")
            #expect(await failure(transport, .init("GET", "http://nowhere.invalid/"))?.code == .httpDNS)
            for nonsense in ["", "nonsense", "ftp://host/", "http://"] {
                #expect(await failure(transport, .init("GET", nonsense))?.code == .httpInvalidURL, "'\(nonsense)'")
            }
        }
    }

    /// Each of them ended the whole process.
    @Test("A port that is none and a status that is none are failures of one request", arguments: [0, 99, 600, 999])
    func impossible(status: Int) async throws {
        try await with(.answer(status: status, type: "text/plain", body: "")) { transport, server in
            let odd = await failure(transport, .init("GET", server.url()))
            #expect(odd?.code == .httpFailed && odd?.message.contains("status \(status)") == true, "\(odd as Any)")
            let stream = try transport.open(.init("GET", server.url()))
            await #expect(throws: Failure.self) { try await stream.answer() }
            stream.close()
            for port in ["0", "65536", "99999", "99999999999999999999", "-1", "x"] {
                for url in ["http://127.0.0.1:\(port)/", "http://[::1]:\(port)", "http://u:1@h:\(port)?a:1"] {
                    #expect(await failure(transport, .init("GET", url))?.code == .httpInvalidURL, "\(url)")
                    #expect(throws: Failure.self) { _ = try transport.open(.init("GET", url)) }
                }
            }
        }
    }

    @Test("Who is not there is told in the kernel's words")
    func refusalWords() async throws {
        try await with(.reset) { transport, server in
            let port = server.port
            server.stop()
            while PeerPort.isOpen(port) { try await Task.sleep(for: .milliseconds(5)) }
            #expect(await failure(transport, .init("GET", "http://127.0.0.1:\(port)/"))?.cause == "Connection refused")
        }
    }

    @Test("A pooled connection that the server let go is replaced without anybody noticing")
    func staleConnection() async throws {
        try await with(.closeAfterAnswer(body: "ok")) { transport, server in
            for round in 1...20 {
                let response = try await transport.send(.init("GET", server.url()))
                #expect(response.text == "ok", "round \(round)")
            }
            #expect(server.acceptedConnections >= 20)
        }
    }

    @Test("A redirect is handed back, and the other host hears nothing")
    func redirects() async throws {
        try await ScratchDirectory.with { folder in
            let other = try GitHTTPServer(root: folder)
            defer { other.stop() }
            let server = try GitHTTPServer(root: folder, options: .init(redirects: ["/": other.url("")]))
            defer { server.stop() }
            let transport = HTTPTransport()
            let response = try await transport.send(
                .init("GET", server.url("r"), headers: [.init("Authorization", "Bearer s3cret")]))
            await transport.shutdown()
            #expect(response.status == 301)
            #expect(response.header("Location") == other.url("r"))
            #expect(other.log.isEmpty)
        }
    }

    @Test("Cancelling the task ends the request")
    func cancelled() async throws {
        try await with(.silence) { transport, server in
            let url = server.url()
            let task = Task { await failure(transport, .init("GET", url, timeout: .seconds(300))) }
            while server.acceptedConnections == 0 { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            #expect(await task.value?.code == .httpCancelled)
        }
    }

    @Test("After shutdown requests fail as such, and a second shutdown is harmless")
    func shutdown() async throws {
        try await with(.answer(status: 200, type: "text/plain", body: "")) { transport, server in
            await transport.shutdown()
            await transport.shutdown()
            #expect(await failure(transport, .init("GET", server.url()))?.code == .httpShutdown)
        }
    }

    @Test(
        "Authorities of one's own and client certificates are used where they are configured",
        .enabled(if: TLSFront.missing == nil, "needs TLS in front of the server: \(TLSFront.missing ?? "")"))
    func certificates() async throws {
        try await with(.answer(status: 200, type: "text/plain", body: "ok")) { transport, server in
            try await ScratchDirectory.with { folder in
                let files = try TLSFiles.make(in: folder)
                let front = try TLSFront(target: server.port, files: files, demandsClientCertificate: true)
                defer { front.stop() }
                let url = "https://localhost:\(front.port)/"
                let unknown = await failure(transport, .init("GET", url))
                #expect(unknown?.code == .httpTLS)
                #expect(unknown?.remedy?.contains("authority") == true)
                var tls = HTTPTransport.TLS(authorityFile: files.authority)
                let anonymous = await failure(transport, .init("GET", url, tls: tls))
                #expect(anonymous != nil)
                tls.certificateFile = files.certificate
                tls.privateKeyFile = files.key
                #expect(try await transport.send(.init("GET", url, tls: tls)).text == "ok")
                tls.addsToSystemRoots = true
                #expect(try await transport.send(.init("GET", url, tls: tls)).text == "ok")
                // The name in the certificate counts, too.
                tls.authorityFile = "\(folder)/nothing.pem"
                let missing = await failure(transport, .init("GET", url, tls: tls))
                #expect(missing?.code == .httpTLS)
                #expect(missing?.message.contains("nothing.pem") == true)
            }
        }
    }
}
