import Foundation

/// A JSON object of which one member is an array of objects, with the texts in those.
enum JSONRows {
    static func decode(_ text: String, _ member: String) throws -> [[String: String]] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return (value?[member] as? [[String: Any]] ?? []).map { $0.compactMapValues { $0 as? String } }
    }
}
