import Model
import PluginAPI

// http-stream/1. Each piece is a call of its own, so what a worker does not ask for stays with the server.
extension HostCallServer {
    func openStream(_ fields: WireFields, _ number: Int64) async throws(Refusal) -> WireFrame {
        guard let service = surroundings.services.streams else { throw Refusal(DEPLOYER_CALL_UNSUPPORTED, "") }
        let target = try Self.target(fields)
        let flags = UInt32(clamping: fields.number(.flags))
        let length = fields.number(.maximum)
        let body: HTTPStreamRequest.Body =
            if flags & DEPLOYER_STREAM_WRITES != 0 {
                .written(length: length > 0 ? Int(length) : nil)
            } else {
                .bytes(try await completedBody(fields, isJSON: flags & DEPLOYER_STREAM_JSON_SECRETS != 0))
            }
        let idle = fields.number(.idle)
        let request = HTTPStreamRequest(
            method: target.method, url: target.url, headers: try await headers(fields), body: body,
            timeout: timeout(fields.number(.milliseconds)), idle: idle > 0 ? .milliseconds(idle) : .seconds(30))
        let stream: any HTTPServiceStream
        do throws(Failure) {
            stream = try await service.open(request)
        } catch {
            throw refusal(error)
        }
        guard let id = streams.add(stream) else {
            stream.close()
            throw Refusal(DEPLOYER_CALL_FAILED, "more than \(DEPLOYER_CAP_STREAMS) streams at a time: close some")
        }
        var reply = reply(number, DEPLOYER_CALL_OK)
        reply.put(.value, id)
        return reply
    }

    func useStream(_ function: WireFunction, _ fields: WireFields, _ number: Int64) async throws(Refusal) -> WireFrame {
        let id = fields.number(.value)
        guard let stream = streams[id] else { throw Refusal(DEPLOYER_CALL_INVALID, "there is no stream \(id)") }
        var reply = reply(number, DEPLOYER_CALL_OK)
        do throws(Failure) {
            switch function {
            case .streamWrite: try await stream.write(Array(fields.bytes(.body) ?? []))
            case .streamAnswer:
                let head = try await stream.answer()
                reply.put(.status, Int64(head.status))
                for (name, value) in head.headers { reply.put(.header, name: name, value: value) }
            case .streamRead:
                let asked = fields.number(.maximum)
                let most = min(asked > 0 ? asked : Int64(DEPLOYER_STREAM_PIECE), Int64(DEPLOYER_CAP_STREAM_PIECE))
                reply.put(.body, try await stream.read(most: Int(most)) ?? [])
            default: streams.remove(id)
            }
            return reply
        } catch {
            throw refusal(error)
        }
    }

    private func refusal(_ failure: Failure) -> Refusal {
        Task.isCancelled ? Refusal(DEPLOYER_CALL_CANCELLED, "") : Refusal(failure)
    }

    /// The body with its secrets in the place of their markers.
    private func completedBody(_ fields: WireFields, isJSON: Bool) async throws(Refusal) -> [UInt8] {
        var body = Array(fields.bytes(.body) ?? [])
        for item in fields.all(.bodySecret) {
            let item = WireFields(item)
            let marker = Array(item.text(.name).utf8)
            let value = item.text(.prefix) + (try await resolve(item.text(.reference)))
            guard !marker.isEmpty else { throw Refusal(DEPLOYER_CALL_INVALID, "a secret of a body needs a marker") }
            body = Self.replacing(marker, in: body, by: Array((isJSON ? Self.escaped(value) : value).utf8))
        }
        return body
    }

    private static func replacing(_ marker: [UInt8], in body: [UInt8], by value: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = body[...]
        while let found = rest.firstRange(of: marker) {
            result.append(contentsOf: rest[..<found.lowerBound])
            result.append(contentsOf: value)
            rest = rest[found.upperBound...]
        }
        return result + rest
    }

    /// RFC 8259, 7: what may not stand in a string as it is.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
