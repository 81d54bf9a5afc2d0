import Foundation
import Model
import Net
import TestSupport
import Testing

@testable import Stages

/// Requests whose address and certificate are secrets: a plugin names them and never sees them.
@Suite struct WorkerHTTPSecretTests {
    static let variables = [
        "MOCK_BASE": "https://10.0.0.7:8444/admin/", "MOCK_CERTIFICATE": "PEM of a chain", "MOCK_KEY": "PEM of a key",
    ]

    @Test func addressAndCertificateAreTakenFromSecrets() async throws {
        let http = RecordingHTTP()
        try await WorkerFixture.with(http: http, environment: Self.variables) { fixture in
            #expect(await fixture.run("http-secret").outputs["call"] == "0")
            let sent = try #require(http.requests.first)
            #expect(sent.url == "https://10.0.0.7:8444/admin/path")
            #expect(
                sent.tls
                    == HTTPServiceTLS(
                        authorityFile: "/etc/peers.pem", certificate: "PEM of a chain", privateKey: "PEM of a key"))
            #expect(fixture.masker.mask("at https://10.0.0.7:8444/admin/ now") == "at *** now")
        }
    }

    @Test(arguments: ["http-secret-elsewhere", "http-secret-relative", "http-secret-half"])
    func whatDoesNotFitTogetherIsNotSent(_ behaviour: String) async throws {
        let http = RecordingHTTP()
        try await WorkerFixture.with(http: http, environment: Self.variables) { fixture in
            let told = await fixture.run(behaviour).outputs
            #expect(told["call"] == "2" && told["message"]?.isEmpty == false, "\(told)")
            #expect(http.requests.isEmpty)
        }
    }

    @Test func missingSecretIsNamed() async throws {
        let http = RecordingHTTP()
        try await WorkerFixture.with(http: http, environment: ["MOCK_BASE": "", "MOCK_KEY": "x"]) { fixture in
            let told = await fixture.run("http-secret").outputs
            #expect(told["call"] == "5" && told["message"]?.contains("env:MOCK_BASE") == true, "\(told)")
            #expect(http.requests.isEmpty)
        }
    }

    @Test func pluginOfTheFirstMinorIsReadUpToItsSize() async throws {
        let http = RecordingHTTP()
        try await WorkerFixture.with(http: http) { fixture in
            #expect(await fixture.run("http-short").outputs["call"] == "0")
            #expect(http.requests.first?.url == "http://127.0.0.1/short" && http.requests.first?.tls == nil)
        }
    }

    @Test(
        "A server that demands a certificate is answered with the one behind the references",
        .enabled(if: TLSFront.missing == nil, "needs TLS in front of the server: \(TLSFront.missing ?? "")"))
    func realServerDemandsACertificate() async throws {
        let server = try FaultyServer(.answer(status: 200, type: "text/plain", body: "let in"))
        defer { server.stop() }
        try await ScratchDirectory.with { folder in
            let files = try TLSFiles.make(in: folder)
            let front = try TLSFront(target: server.port, files: files, demandsClientCertificate: true)
            defer { front.stop() }
            let transport = HTTPTransport()
            let service = NetHTTPService(transport)
            func send(_ tls: HTTPServiceTLS?) async -> Result<HTTPServiceResponse, Failure> {
                do throws(Failure) {
                    return .success(
                        try await service.send(
                            HTTPServiceRequest(
                                method: "GET", url: "https://localhost:\(front.port)/", timeout: .seconds(20),
                                maximumBody: 1000, tls: tls)))
                } catch {
                    return .failure(error)
                }
            }
            let certificate = try String(contentsOfFile: files.certificate, encoding: .utf8)
            let key = try String(contentsOfFile: files.key, encoding: .utf8)
            let whole = HTTPServiceTLS(authorityFile: files.authority, certificate: certificate, privateKey: key)
            let inOne = HTTPServiceTLS(authorityFile: files.authority, certificate: certificate + key)
            for tls in [whole, inOne] {
                let answer = await send(tls)
                #expect(try answer.get().body == Array("let in".utf8))
            }
            for tls in [
                nil, HTTPServiceTLS(authorityFile: files.authority),
                HTTPServiceTLS(authorityFile: files.authority, certificate: "nothing", privateKey: key),
            ] {
                let answer = await send(tls)
                #expect(throws: Failure.self) { try answer.get() }
            }
            await transport.shutdown()
        }
    }
}
