import Diagnostics
import Model

/// Reports and logs, by addresses of our own: `deployer://reports/<id>`, `deployer://logs/<name>`.
extension MCPServer {
    private static let reports = "deployer://reports/"
    private static let logs = "deployer://logs/"
    /// Resources of a page.
    private static let page = 100
    /// Reports that are listed; older ones can still be read by their id.
    private static let listedReports = 200
    /// Lines of a log that one reading gives; `read_log` gives the others.
    private static let lines = 2000

    func resources(_ request: RPCRequest, _ context: CallContext) async throws(RPCError) -> [String: JSONValue] {
        var all: [JSONValue] = []
        do throws(Failure) {
            for report in try await services.reports(limit: Self.listedReports) {
                all.append(
                    Self.resource(
                        Self.reports + Self.escaped(report.id), "report-\(report.id)",
                        "\(report.createdAt): '\(report.service)': \(TextScrubber.scrub(report.summary))",
                        type: "application/json"))
            }
            for log in try await services.logs() {
                all.append(
                    Self.resource(
                        Self.logs + Self.escaped(log.name), log.name,
                        log.name.hasPrefix("runtime-") ? "What a service prints." : "The log of a cycle.",
                        type: "text/plain", size: log.bytes))
            }
        } catch { throw Self.error(error) }
        var start = 0
        if let cursor = request.params["cursor"], cursor != .null {
            guard let number = cursor.string.flatMap({ Int($0) }), number > 0, number % Self.page == 0 else {
                throw .invalidParams("there is no such cursor")
            }
            start = number
        }
        var result: [String: JSONValue] = ["resources": .array(Array(all.dropFirst(start).prefix(Self.page)))]
        if all.count > start + Self.page { result["nextCursor"] = .string(String(start + Self.page)) }
        return result
    }

    func templates(_ version: ProtocolVersion) -> [JSONValue] {
        [
            [
                "uriTemplate": .string(Self.reports + "{id}"), "name": "report", "mimeType": "application/json",
                "description": "A failure report; 'latest' is the newest.",
            ],
            [
                "uriTemplate": .string(Self.logs + "{name}"), "name": "log", "mimeType": "text/plain",
                "description": .string("A build log, 'latest', or runtime-SERVICE; its last \(Self.lines) lines."),
            ],
        ]
    }

    func read(_ request: RPCRequest, _ context: CallContext) async throws(RPCError) -> [String: JSONValue] {
        guard case .string(let uri)? = request.params["uri"] else { throw .invalidParams("\"uri\" is missing") }
        do throws(Failure) {
            if let id = Self.name(in: uri, after: Self.reports) {
                if let report = try await services.report(id == "latest" ? .newest : .id(id)) {
                    let text = Self.text(try ReportJSON.value(report))
                    return ["contents": [["uri": .string(uri), "mimeType": "application/json", "text": .string(text)]]]
                }
            } else if let name = Self.name(in: uri, after: Self.logs) {
                let slice = try await services.log(name, offset: -Self.lines, limit: Self.lines)
                let before = slice.offset > 0 ? "[... \(slice.offset) lines before; read_log gives them ...]\n" : ""
                let text = LogExcerpt(head: before + slice.lines.joined(separator: "\n")).fenced("log \(slice.name)")
                return ["contents": [["uri": .string(uri), "mimeType": "text/plain", "text": .string(text)]]]
            }
        } catch {
            guard error.code.rawValue == Self.noSuchLog else { throw Self.error(error) }
        }
        throw Self.notFound(uri, context.version)
    }

    /// The code of the failure for a log that is not there.
    package static let noSuchLog = "logs.none"

    private static func notFound(_ uri: String, _ version: ProtocolVersion) -> RPCError {
        RPCError(
            version.isModern ? RPCError.invalidParamsCode : RPCError.resourceNotFoundCode,
            "there is no such resource", data: ["uri": .string(String(uri.prefix(1000)))])
    }

    private static func resource(
        _ uri: String, _ name: String, _ description: String, type: String, size: Int64? = nil
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "uri": .string(uri), "name": .string(name), "description": .string(description), "mimeType": .string(type),
        ]
        if let size { members["size"] = .integer(size) }
        return .object(members)
    }

    /// RFC 3986, 2.3: unreserved characters stay.
    private static func escaped(_ name: String) -> String {
        var text = ""
        for byte in name.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 0x2D, 0x2E, 0x5F, 0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }

    /// The last part of an address, decoded; nil for another kind of address and for one with several parts.
    static func name(in uri: String, after prefix: String) -> String? {
        guard uri.hasPrefix(prefix) else { return nil }
        var bytes: [UInt8] = []
        var rest = uri.utf8.dropFirst(prefix.utf8.count)
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }),
                let low = rest.popFirst().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue })
            else { return nil }
            bytes.append(UInt8(high * 16 + low))
        }
        guard let name = String(validating: bytes, as: UTF8.self), !name.isEmpty, !name.contains("/"),
            !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { return nil }
        return name
    }
}
