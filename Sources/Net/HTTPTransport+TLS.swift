import Model
import NIOSSL

extension HTTPTransport {
    /// Whom a connection trusts and as whom it presents itself. Files are PEM and are read once per distinct value.
    package struct TLS: Hashable, Sendable {
        /// Certificates of authorities to trust.
        package var authorityFile: String?
        /// Trust `authorityFile` beside the system's roots instead of in their place.
        package var addsToSystemRoots: Bool
        /// The client's certificate chain and private key, for servers that ask for one (mutual TLS).
        package var certificateFile: String?
        package var privateKeyFile: String?
        /// The same as PEM text, before the files.
        package var certificate: String?
        package var privateKey: String?
        package init(
            authorityFile: String? = nil, addsToSystemRoots: Bool = false, certificateFile: String? = nil,
            privateKeyFile: String? = nil, certificate: String? = nil, privateKey: String? = nil
        ) {
            self.authorityFile = authorityFile
            self.addsToSystemRoots = addsToSystemRoots
            self.certificateFile = certificateFile
            self.privateKeyFile = privateKeyFile
            self.certificate = certificate
            self.privateKey = privateKey
        }

        /// - Throws: `http.tls` naming the file that cannot be used.
        func configuration() throws(Failure) -> TLSConfiguration {
            var made = TLSConfiguration.makeClientConfiguration()
            if let authorityFile {
                let authorities = try Self.read(authorityFile) { try NIOSSLCertificate.fromPEMFile($0) }
                if addsToSystemRoots {
                    made.additionalTrustRoots = [.certificates(authorities)]
                } else {
                    made.trustRoots = .certificates(authorities)
                }
            }
            if let certificate {
                try Self.present(certificate, key: privateKey ?? certificate, in: &made)
            } else if let certificateFile {
                let chain = try Self.read(certificateFile) { try NIOSSLCertificate.fromPEMFile($0) }
                made.certificateChain = chain.map { .certificate($0) }
                let keyFile = privateKeyFile ?? certificateFile
                made.privateKey = .privateKey(
                    try Self.read(keyFile) { try NIOSSLPrivateKey(file: $0, format: .pem) })
            }
            return made
        }

        private static func present(
            _ certificate: String, key: String, in made: inout TLSConfiguration
        ) throws(Failure) {
            do {
                let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
                made.certificateChain = chain.map { .certificate($0) }
                made.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
            } catch {
                throw Failure(
                    .httpTLS, "the client certificate or its key is not in PEM form",
                    remedy: "Put the certificate chain and the key, both in PEM form, into the secrets that are named.")
            }
        }

        private static func read<Value>(_ file: String, _ body: (String) throws -> Value) throws(Failure) -> Value {
            do {
                return try body(file)
            } catch {
                throw Failure(
                    .httpTLS, "\(file) holds no PEM certificate or key that can be used",
                    remedy: "Check that the file exists, is readable by the daemon and is in PEM form.",
                    cause: "\(error)")
            }
        }
    }
}
