import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Documents of the command line as what agents are answered, their secrets masked.
enum AgentJSON {
    static func value(_ document: some Encodable, mask: (String) -> String) throws(Failure) -> JSONValue {
        do {
            let value = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(document))
            return masked(value, mask)
        } catch {
            throw Failure(.init("output.json"), "the answer cannot be written as JSON", cause: "\(error)")
        }
    }

    static func masked(_ value: JSONValue, _ mask: (String) -> String) -> JSONValue {
        switch value {
        case .string(let text): .string(mask(text))
        case .array(let elements): .array(elements.map { masked($0, mask) })
        case .object(let members): .object(members.mapValues { masked($0, mask) })
        case .null, .bool, .integer, .number: value
        }
    }

    static func bytes(_ value: JSONValue) throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value)) + [10]
        } catch {
            throw Failure(.init("output.json"), "the document cannot be written as JSON", cause: "\(error)")
        }
    }
}
