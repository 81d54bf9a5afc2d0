/// The name git gives an object: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
package struct ObjectID: Hashable, Sendable, Codable, CustomStringConvertible, Comparable {
    package let hex: String

    /// Returns nil unless `hex` is a whole object name in lower case.
    package init?(_ hex: some StringProtocol) {
        guard hex.utf8.count == 40 || hex.utf8.count == 64,
            hex.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        self.hex = String(hex)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ObjectID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not an object id")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }

    package var description: String { hex }
    /// The first twelve digits, as people read and type them.
    package var short: String { String(hex.prefix(12)) }
    package static func < (left: ObjectID, right: ObjectID) -> Bool { left.hex < right.hex }
}

/// A commit of the watched repository.
package typealias Revision = ObjectID
