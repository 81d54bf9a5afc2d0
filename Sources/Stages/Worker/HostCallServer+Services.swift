import Model
import PluginAPI

// http/1, secret/1 and supervise/1.
extension HostCallServer {
    private static let mostBody: Int64 = 31 << 20

    func sendHTTP(_ fields: WireFields, _ number: Int64) async throws(Refusal) -> WireFrame {
        guard let http = surroundings.services.http else { throw Refusal(DEPLOYER_CALL_UNSUPPORTED, "") }
        let (method, url) = try Self.target(fields)
        let headers = try await headers(fields)
        let asked = fields.number(.maximum)
        do throws(Failure) {
            let response = try await http.send(
                HTTPServiceRequest(
                    method: method, url: url, headers: headers, body: Array(fields.bytes(.body) ?? []),
                    timeout: timeout(fields.number(.milliseconds), default: .seconds(30)),
                    maximumBody: Int(min(asked > 0 ? asked : 4 << 20, Self.mostBody))))
            var reply = reply(number, DEPLOYER_CALL_OK)
            reply.put(.status, Int64(response.status))
            for (name, value) in response.headers { reply.put(.header, name: name, value: value) }
            reply.put(.body, response.body)
            return reply
        } catch {
            throw Task.isCancelled ? Refusal(DEPLOYER_CALL_CANCELLED, "") : Refusal(error)
        }
    }

    /// Method and URL of a request, fit to be sent.
    static func target(_ fields: WireFields) throws(Refusal) -> (method: String, url: String) {
        let url = fields.text(.url)
        let method = fields.text(.method)
        guard let authority = authority(of: url), !authority.contains("@") else {
            throw Refusal(DEPLOYER_CALL_INVALID, "a request needs an http or https URL without user information")
        }
        guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            throw Refusal(DEPLOYER_CALL_INVALID, "'\(method)' is no HTTP method")
        }
        return (method, url)
    }

    /// The headers of a request, secrets in place.
    func headers(_ fields: WireFields) async throws(Refusal) -> [(name: String, value: String)] {
        let headers = fields.pairs(.header) + (try await completed(fields))
        for (name, value) in headers where !Self.isHeader(name, value) {
            throw Refusal(DEPLOYER_CALL_INVALID, "'\(name)' cannot be sent as a header")
        }
        return headers
    }

    private static func authority(of url: String) -> Substring? {
        for scheme in ["http://", "https://"] where url.lowercased().hasPrefix(scheme) {
            let authority = url.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
            return authority.isEmpty ? nil : authority
        }
        return nil
    }

    /// RFC 9110, 5.1 and 5.5: a token, and a value that cannot end the line.
    private static func isHeader(_ name: String, _ value: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>@,;:\\\"/[]?={}".utf8.contains($0) }
            && !value.utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 }
    }

    func findSecret(_ fields: WireFields, _ number: Int64, reveals: Bool) async throws(Refusal) -> WireFrame {
        let reference = fields.text(.reference)
        if reveals, !surroundings.maySeePlainSecrets {
            throw Refusal(DEPLOYER_CALL_DENIED, "the plugin may not see secrets in plain text")
        }
        do throws(Refusal) {
            let value = try await resolve(reference)
            var reply = reply(number, DEPLOYER_CALL_OK)
            if reveals { reply.put(.value, value) }
            return reply
        } catch {
            // Asking whether there is one is no reason to complain in the log.
            throw reveals ? error : Refusal(error.code, "")
        }
    }

    func startService(_ fields: WireFields, _ number: Int64) async throws(Refusal) -> WireFrame {
        let (service, name) = try supervised(fields)
        let directory = fields.text(.directory)
        let arguments = try arguments(fields)
        guard directory.hasPrefix("/"), arguments[0].hasPrefix("/") else {
            throw Refusal(DEPLOYER_CALL_INVALID, "a service needs an absolute program and an absolute folder")
        }
        let spec = SupervisedSpec(
            name: name, arguments: arguments, directory: directory, environment: try await environment(fields),
            grace: Self.grace(fields) ?? .seconds(10))
        do throws(Failure) {
            return status(try await service.start(spec), number)
        } catch {
            throw Task.isCancelled ? Refusal(DEPLOYER_CALL_CANCELLED, "") : Refusal(error)
        }
    }

    func askService(
        _ function: WireFunction, _ fields: WireFields, _ number: Int64
    ) async throws(Refusal) -> WireFrame {
        let (service, name) = try supervised(fields)
        do throws(Failure) {
            guard function == .superviseStop else { return status(try await service.status(name), number) }
            return status(try await service.stop(name, grace: Self.grace(fields)), number)
        } catch {
            throw Task.isCancelled ? Refusal(DEPLOYER_CALL_CANCELLED, "") : Refusal(error)
        }
    }

    /// From SIGTERM to SIGKILL, as the plugin wishes, up to an hour; nil when it does not say.
    private static func grace(_ fields: WireFields) -> Duration? {
        let asked = fields.number(.milliseconds)
        return asked > 0 ? .milliseconds(min(asked, 3_600_000)) : nil
    }

    /// A plugin supervises the service whose stage it runs, and its parts, and no other.
    private func supervised(_ fields: WireFields) throws(Refusal) -> (any SuperviseService, SupervisedName) {
        guard let service = surroundings.services.supervise else { throw Refusal(DEPLOYER_CALL_UNSUPPORTED, "") }
        let part = fields.text(.part)
        guard part.utf8.count <= 32, part.utf8.allSatisfy(Self.isPartByte) else {
            throw Refusal(DEPLOYER_CALL_INVALID, "'\(part)' cannot name a part of a service")
        }
        return (service, SupervisedName(surroundings.request.service.name, part: part))
    }

    private static func isPartByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private func status(_ status: SupervisedStatus, _ number: Int64) -> WireFrame {
        let state =
            switch status.state {
            case .unknown: DEPLOYER_SERVICE_UNKNOWN
            case .stopped: DEPLOYER_SERVICE_STOPPED
            case .running: DEPLOYER_SERVICE_RUNNING
            case .backoff: DEPLOYER_SERVICE_BACKOFF
            }
        var reply = reply(number, DEPLOYER_CALL_OK)
        reply.put(.outcome, Int64(state))
        reply.put(.pid, Int64(status.pid ?? 0))
        reply.put(.restarts, Int64(status.restarts))
        reply.put(.exit, Int64(status.lastExit ?? 0))
        reply.put(.started, (status.startedAt?.microseconds ?? 0) / 1000)
        reply.put(.message, surroundings.services.masker.mask(status.message))
        reply.put(.logPath, status.logPath ?? "")
        return reply
    }
}
