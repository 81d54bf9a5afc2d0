package import Model

/// One line as a JSON object: `time` (RFC 3339), `level`, `service`, `stage`, `stream`, `message`; `service` and `stage`
/// are left out where a line is about none. Written by hand, because there may be a million of them.
package enum JSONLine {
    package static func append(_ line: LogLine, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "{\"time\":\"\(line.time)\",\"level\":\"\(line.level.rawValue)\"".utf8)
        if let service = line.service { member("service", service.text, to: &buffer) }
        if let stage = line.stage { member("stage", stage.rawValue, to: &buffer) }
        member("stream", line.stream.rawValue, to: &buffer)
        member("message", line.text, to: &buffer)
        buffer.append(contentsOf: "}\n".utf8)
    }

    private static func member(_ key: String, _ value: String, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: ",\"\(key)\":\"".utf8)
        if value.utf8.allSatisfy({ $0 >= 32 && $0 < 127 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            buffer.append(contentsOf: value.utf8)
        } else {
            for scalar in value.unicodeScalars { append(scalar, to: &buffer) }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    // Everything that could steer a terminal is escaped, so that the lines may be looked at as they are.
    private static func append(_ scalar: Unicode.Scalar, to buffer: inout [UInt8]) {
        switch scalar {
        case "\"", "\\":
            buffer.append(UInt8(ascii: "\\"))
            buffer.append(UInt8(scalar.value))
        case "\n": buffer.append(contentsOf: "\\n".utf8)
        case "\t": buffer.append(contentsOf: "\\t".utf8)
        case _ where TerminalText.isHostile(scalar):
            for unit in String(Character(scalar)).utf16 {
                let digits = String(unit, radix: 16)
                buffer.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        default: buffer.append(contentsOf: String(Character(scalar)).utf8)
        }
    }
}
