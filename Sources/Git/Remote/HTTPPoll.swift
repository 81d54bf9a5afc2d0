import Model
import Net

/// One poll of a remote over HTTP.
struct HTTPPoll {
    /// What a server answered to `GET info/refs`: good until it answers differently.
    struct Version2: Sendable, Hashable { var format: String? }

    private enum Service {
        case advertisement, listing
        var contentType: String {
            switch self {
            case .advertisement: "application/x-git-upload-pack-advertisement"
            case .listing: "application/x-git-upload-pack-result"
            }
        }
    }

    let transport: HTTPTransport
    let remote: GitRemote
    /// Full name.
    let reference: String
    let deadline: Duration

    private var sentences: RemoteFailure {
        RemoteFailure(remote: remote, doing: "polling", repository: nil, deadline: deadline)
    }

    /// - Parameter known: what an earlier poll learnt about the server.
    /// - Returns: the tip, nil when the reference is not there, and what to remember.
    func run(known: Version2?) async throws(Failure) -> (tip: ObjectID?, version2: Version2?) {
        let end = MonotonicClock.now + deadline.wholeMilliseconds
        if let known {
            do {
                return (try await list(known, until: end), known)
            } catch {
                // The server may have become another one; a fresh look settles it. What every server says the same stays.
                guard [.remoteNotGit, .remoteServerError].contains(error.code), MonotonicClock.now < end else {
                    throw error
                }
            }
        }
        let bytes = try await exchange(
            "GET", "info/refs?service=git-upload-pack", body: [], .advertisement, maximum: 64 << 20, until: end)
        switch UploadPackAnswer(advertisement: bytes, wanted: reference) {
        case .tip(let tip): return (tip, nil)
        case .version2(let format):
            let version2 = Version2(format: format)
            return (try await list(version2, until: end), version2)
        case .refusal(let words): throw refusal(words)
        case .malformed: throw masked(sentences.notGit("its answer is no list of references"))
        }
    }

    private func list(_ version2: Version2, until end: Int64) async throws(Failure) -> ObjectID? {
        if let format = version2.format, format != "sha1" {
            throw masked(
                Failure(
                    .remoteOther, "\(remote) names its objects by \(format.prefix(20)), which libgit2 does not know",
                    remedy: "Use a repository with SHA-1 object names."))
        }
        let body = UploadPackAnswer.listingRequest(for: reference, format: version2.format)
        let bytes = try await exchange("POST", "git-upload-pack", body: body, .listing, maximum: 8 << 20, until: end)
        switch UploadPackAnswer(listing: bytes, wanted: reference) {
        case .tip(let tip): return tip
        case .refusal(let words): throw refusal(words)
        case .version2, .malformed: throw masked(sentences.notGit("its answer is no list of references"))
        }
    }

    private func exchange(
        _ method: String, _ path: String, body: [UInt8], _ service: Service, maximum: Int, until end: Int64
    ) async throws(Failure) -> [UInt8] {
        var headers: [HTTPTransport.Header] = [
            .init("Git-Protocol", "version=2"), .init("Accept", service.contentType),
            .init("User-Agent", "git/2 (codex-deployer)"),
        ]
        if !body.isEmpty { headers.append(.init("Content-Type", "application/x-git-upload-pack-request")) }
        if let basic = remote.credential.basic {
            headers.append(
                .init("Authorization", "Basic \(Base64.encode(Array("\(basic.user):\(basic.secret)".utf8)))"))
        }
        let request = HTTPTransport.Request(
            method, "\(remote.url.text)/\(path)", headers: headers, body: body,
            timeout: .milliseconds(max(1, end - MonotonicClock.now)), maximumBody: maximum,
            tls: remote.authorityFile.map { HTTPTransport.TLS(authorityFile: $0) }, isIdempotent: true)
        let response: HTTPTransport.Response
        do {
            response = try await transport.send(request)
        } catch {
            throw masked(translated(error))
        }
        return try checked(response, service)
    }

    private func checked(_ response: HTTPTransport.Response, _ service: Service) throws(Failure) -> [UInt8] {
        let type = response.header("content-type") ?? "no content type"
        if (300...399).contains(response.status) {
            let location = response.header("location").map { String($0.prefix { $0 != "?" && $0 != "#" }) }
            throw masked(sentences.redirect(to: location))
        }
        guard response.status == 200 else {
            let words = type.hasPrefix("text/plain") ? String(response.text.prefix(200)) : nil
            throw masked(sentences.httpStatus(response.status, text: words))
        }
        guard type == service.contentType else { throw masked(sentences.notGit("it answers with \(type.prefix(100))")) }
        return response.body
    }

    private func refusal(_ words: String) -> Failure {
        masked(
            words.lowercased().contains("not found")
                ? sentences.notFound(words)
                : Failure(
                    .remoteOther, "\(remote) refuses to be read", remedy: "See what the remote says.", cause: words,
                    scheduling: .retry))
    }

    private func translated(_ failure: Failure) -> Failure {
        switch failure.code {
        case .httpTimeout:
            Failure(
                .remoteTimeout, "\(remote) did not answer in full within \(deadline.spoken)",
                remedy: "Check whether the server answers and the network lets it.", scheduling: .retry)
        case .httpConnect: sentences.unreachable(failure.cause)
        case .httpDNS: sentences.dns(failure.cause)
        case .httpTLS: sentences.tls(failure.cause ?? failure.message)
        case .httpClosed: sentences.interrupted(failure.cause)
        case .httpBodyTooLarge: sentences.notGit(failure.message)
        case .httpCancelled: Failure(.remoteCancelled, "polling \(remote) was cancelled", scheduling: .retry)
        default:
            Failure(
                .remoteOther, "polling \(remote) failed", remedy: failure.remedy ?? "The next poll tries again.",
                cause: failure.description, scheduling: failure.scheduling)
        }
    }

    private func masked(_ failure: Failure) -> Failure { sentences.masked(failure) }
}
