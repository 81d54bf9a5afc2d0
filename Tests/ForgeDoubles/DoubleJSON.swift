import Foundation
package import Model

package enum DoubleJSON {
    package static func encode(_ value: JSONValue) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { Array($0) } ?? []
    }

    package static func decode(_ bytes: [UInt8]) -> JSONValue? {
        try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }
}

// Short names for documents, which are long.
func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }
