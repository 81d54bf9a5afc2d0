extension Samples {
    /// One connection after the other: enough for a sample, and nothing to learn but sockets.
    static func server(of service: SampleService) -> String {
        #"""
        // A tiny HTTP service on the C library's sockets.
        // Environment: PORT (default \#(service.port)), HOST (an IPv4 address, default 127.0.0.1).
        import Routes

        #if canImport(Glibc)
            import Glibc
        #elseif canImport(Musl)
            import Musl
        #else
            import Darwin
        #endif

        func say(_ line: String) {
            print(line)
            fflush(nil)
        }

        func fail(_ what: String) -> Never {
            say("\(what): \(String(cString: strerror(errno)))")
            exit(1)
        }

        func setting(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }
        }

        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif

        func listen(host: String, port: UInt16) -> Int32 {
            let listener = socket(AF_INET, stream, 0)
            guard listener >= 0 else { fail("socket") }
            var yes: Int32 = 1
            setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { fail("HOST=\(host)") }
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard bound == 0 else { fail("bind \(host):\(port)") }
            guard listen(listener, 64) == 0 else { fail("listen") }
            return listener
        }

        /// The path of the request line, or nil when nobody asks anything.
        func requestedPath(on connection: Int32) -> String? {
            var patience = timeval(tv_sec: 2, tv_usec: 0)
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var request: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while request.count < 16_384, !request.contains(UInt8(ascii: "\n")) {
                let count = recv(connection, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                request += buffer[..<count]
            }
            let words = request.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
                .split(separator: UInt8(ascii: " "))
            return words.count >= 2 ? String(decoding: words[1], as: UTF8.self) : nil
        }

        func answer(_ response: Response, on connection: Int32) {
            let text = """
                HTTP/1.1 \(response.status) \(response.status == 200 ? "OK" : "Not Found")\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Length: \(response.body.utf8.count)\r
                Connection: close\r
                \r
                \(response.body)
                """
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }

        signal(SIGPIPE, SIG_IGN)
        let host = setting("HOST") ?? "127.0.0.1"
        let port = setting("PORT").flatMap { UInt16($0) } ?? \#(service.port)
        let listener = listen(host: host, port: port)
        say("\#(service.name) answers on http://\(host):\(port)/")
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            if let path = requestedPath(on: connection) {
                let response = respond(to: path)
                answer(response, on: connection)
                say("\(response.status) \(path)")
            }
            close(connection)
        }

        """#
    }
}
