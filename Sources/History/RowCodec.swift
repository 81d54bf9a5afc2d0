import GRDB
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Between columns and Model's values. A column that does not hold what it should throws, never traps.
enum RowCodec {
    struct Unreadable: Error, CustomStringConvertible {
        var column: String
        var description: String { "column '\(column)'" }
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        // Sorted, so that equal values are equal texts and can be compared in SQL.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ type: Value.Type, json text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

// Through `storage`, because GRDB's own conversions end the process on a type they do not expect.
extension Row {
    private func storage(_ column: String) -> DatabaseValue.Storage {
        (self[column] as DatabaseValue?)?.storage ?? .null
    }
    func optionalText(_ column: String) -> String? {
        if case .string(let text) = storage(column) { text } else { nil }
    }
    func optionalInteger(_ column: String) -> Int64? {
        if case .int64(let number) = storage(column) { number } else { nil }
    }
    func bytes(_ column: String) -> [UInt8]? {
        if case .blob(let data) = storage(column) { [UInt8](data) } else { nil }
    }
    func text(_ column: String) throws -> String {
        guard let text = optionalText(column) else { throw RowCodec.Unreadable(column: column) }
        return text
    }
    func integer(_ column: String) throws -> Int64 {
        guard let number = optionalInteger(column) else { throw RowCodec.Unreadable(column: column) }
        return number
    }
    func time(_ column: String) throws -> Timestamp { Timestamp(microseconds: try integer(column)) }

    func revision(_ column: String) throws -> Revision {
        guard let revision = Revision(try text(column)) else { throw RowCodec.Unreadable(column: column) }
        return revision
    }
    func optionalRevision(_ column: String) throws -> Revision? {
        optionalText(column) == nil ? nil : try revision(column)
    }
    func service(_ column: String) throws -> ServiceName {
        guard let name = ServiceName(try text(column)) else { throw RowCodec.Unreadable(column: column) }
        return name
    }
    func raw<Value: RawRepresentable>(_ type: Value.Type, _ column: String) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: try text(column)) else { throw RowCodec.Unreadable(column: column) }
        return value
    }
    func duration(_ column: String) throws -> DurationMicroseconds {
        DurationMicroseconds(.microseconds(try integer(column)))
    }
    func json<Value: Decodable>(_ type: Value.Type, _ column: String) throws -> Value {
        try RowCodec.value(type, json: try text(column))
    }
}

extension Database {
    /// Runs a prepared statement that is kept for the next time.
    func run(_ sql: StaticString, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: "\(sql)").execute(arguments: arguments)
    }
    func rows(_ sql: StaticString, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: "\(sql)"), arguments: arguments)
    }
    func row(_ sql: StaticString, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: "\(sql)"), arguments: arguments)
    }
}
