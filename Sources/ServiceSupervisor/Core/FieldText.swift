/// The form of everything that a supervisor writes or says: `name=value` lines, closed by an empty line.
///
/// A name may come more than once (`argv=…`). In a value `\` is written `\\`, a line feed `\n`, a carriage return `\r`
/// and a zero byte `\0`, so that one line is one field and a person can read the file.
package struct FieldText: Hashable, Sendable {
    /// Bytes of the longest message that a supervisor takes; who sends more is no client of ours, it thinks.
    package static let largest = 1 << 20

    package private(set) var fields: [(name: String, value: String)] = []

    package init() {}

    package static func == (left: FieldText, right: FieldText) -> Bool {
        left.fields.elementsEqual(right.fields, by: ==)
    }
    package func hash(into hasher: inout Hasher) {
        for field in fields {
            hasher.combine(field.name)
            hasher.combine(field.value)
        }
    }

    package mutating func add(_ name: String, _ value: some CustomStringConvertible) {
        fields.append((name, value.description))
    }
    package mutating func add(_ name: String, _ value: (some CustomStringConvertible)?) {
        if let value { add(name, value) }
    }

    package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
    package func integer(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

    /// Encoded, the closing empty line included.
    package var bytes: [UInt8] {
        var text: [UInt8] = []
        for field in fields {
            text += field.name.utf8
            text.append(UInt8(ascii: "="))
            for byte in field.value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
                case UInt8(ascii: "\n"): text += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
                case UInt8(ascii: "\r"): text += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
                case 0: text += [UInt8(ascii: "\\"), UInt8(ascii: "0")]
                default: text.append(byte)
                }
            }
            text.append(UInt8(ascii: "\n"))
        }
        text.append(UInt8(ascii: "\n"))
        return text
    }

    /// Decodes the first message of `bytes`; nil when it is not closed yet, or a line of it is no field.
    package init?(_ bytes: some Collection<UInt8>) {
        var isClosed = false
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.isEmpty {
                isClosed = true
                break
            }
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let name = String(decoding: line[..<equals], as: UTF8.self)
            fields.append((name, Self.unescaped(line[line.index(after: equals)...])))
        }
        // Splitting shows an empty line after a last line feed as well; only two feeds in a row close the message.
        guard isClosed, Self.isClosed(bytes) else { return nil }
    }

    /// True when the bytes hold a whole message.
    package static func isClosed(_ bytes: some Collection<UInt8>) -> Bool {
        var previous = UInt8(ascii: "\n")
        for byte in bytes {
            if byte == UInt8(ascii: "\n"), previous == byte { return true }
            previous = byte
        }
        return false
    }

    private static func unescaped(_ bytes: some Collection<UInt8>) -> String {
        var plain: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                switch byte {
                case UInt8(ascii: "n"): plain.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "r"): plain.append(UInt8(ascii: "\r"))
                case UInt8(ascii: "0"): plain.append(0)
                default: plain.append(byte)
                }
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                plain.append(byte)
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
