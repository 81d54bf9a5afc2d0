/// The name of a service: one or two path components (`api`, `gateway/kong`), usable in file names and refs.
package struct ServiceName: Hashable, Sendable, Codable, Comparable, CustomStringConvertible,
    CodingKeyRepresentable
{
    package let text: String

    /// Returns nil for a name that could leave a folder, hide itself or upset a shell, a ref or a log.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 128, parts.allSatisfy(Self.isComponent) else {
            return nil
        }
        self.text = text
    }

    private static func isComponent(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-"),
            !part.hasSuffix(".lock")
        else { return false }
        return part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = ServiceName(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no service name")
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var codingKey: any CodingKey { text.codingKey }
    package init?<T: CodingKey>(codingKey: T) { self.init(codingKey.stringValue) }

    package var description: String { text }
    /// The first of two components: of services that were recognised in one folder, which form a group of that name.
    package var folder: String? {
        let parts = text.split(separator: "/")
        return parts.count == 2 ? String(parts[0]) : nil
    }
    /// The name as a single path component: `gateway/kong` becomes `gateway+kong` (`+` is in no name).
    package var fileName: String { text.split(separator: "/").joined(separator: "+") }
    package static func < (left: ServiceName, right: ServiceName) -> Bool { left.text < right.text }
}
