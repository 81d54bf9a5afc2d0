#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// TLS in front of a plain loopback server, by socat, with a certificate of an authority made for the test by openssl.
/// The certificate is for `localhost` and 127.0.0.1.
package struct TLSFront: Sendable {
    /// Why it cannot run here; nil when it can.
    package static var missing: String? {
        ["socat", "openssl"].first { PeerCommand.path(of: $0) == nil }.map { "\($0) is not installed" }
    }

    package let port: Int
    private let pid: pid_t

    /// - Parameters:
    ///   - target: the plain server's port.
    ///   - files: from `TLSFiles.make`.
    ///   - demandsClientCertificate: refuse clients that show no certificate of the same authority.
    package init(target: Int, files: TLSFiles, demandsClientCertificate: Bool = false) throws {
        let probe = try LoopbackListener { _ in }
        port = probe.port
        probe.stop()
        // The probe's thread needs a moment to let the port go.
        usleep(50_000)
        let verify = demandsClientCertificate ? "verify=1,cafile=\(files.authority)" : "verify=0"
        pid = try PeerCommand.start([
            "socat",
            "OPENSSL-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork,cert=\(files.certificate),key=\(files.key),\(verify)",
            "TCP:127.0.0.1:\(target)",
        ])
        guard PeerPort.accepts(port) else {
            PeerCommand.stop(pid)
            throw PeerError("socat does not listen")
        }
    }

    package func stop() { PeerCommand.stop(pid) }
}

/// PEM files of a throw-away authority and one certificate of it.
package struct TLSFiles: Sendable {
    package var authority: String
    package var certificate: String
    package var key: String

    package static func make(in folder: String, name: String = "peer") throws -> TLSFiles {
        let files = TLSFiles(
            authority: "\(folder)/\(name)-ca.pem", certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
        let extensions = "\(folder)/\(name).ext"
        guard let file = fopen(extensions, "w") else { throw PeerError("cannot write \(extensions)") }
        fputs("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n", file)
        fclose(file)
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        let commands: [[String]] = [
            [
                "req", "-x509", "-days", "30", "-subj", "/CN=Peer CA", "-keyout", "\(folder)/\(name)-ca.key", "-out",
                files.authority,
            ]
                + curve,
            ["req", "-subj", "/CN=localhost", "-keyout", files.key, "-out", "\(folder)/\(name).csr"] + curve,
            [
                "x509", "-req", "-days", "30", "-in", "\(folder)/\(name).csr", "-CA", files.authority, "-CAkey",
                "\(folder)/\(name)-ca.key", "-set_serial", "7", "-extfile", extensions, "-out", files.certificate,
            ],
        ]
        for command in commands {
            let result = try PeerCommand.run(["openssl"] + command)
            guard result.status == 0 else { throw PeerError("openssl failed: \(result.text)") }
        }
        return files
    }
}

package enum PeerPort {
    /// Waits up to five seconds for somebody to listen.
    package static func accepts(_ port: Int) -> Bool {
        for _ in 0..<500 {
            if isOpen(port) { return true }
            usleep(10_000)
        }
        return false
    }

    /// Whether somebody listens now.
    package static func isOpen(_ port: Int) -> Bool {
        guard let connection = connect(port) else { return false }
        close(connection)
        return true
    }

    /// A connection to a loopback port; nil when nobody listens.
    static func connect(_ port: Int) -> Int32? {
        #if canImport(Darwin)
            let connection = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #if canImport(Darwin)
                    Darwin.connect(connection, $0, size)
                #else
                    Glibc.connect(connection, $0, size)
                #endif
            }
        }
        if status == 0 { return connection }
        close(connection)
        return nil
    }
}
