import Foundation

/// A JSON array of objects, with the texts in them.
enum JSONRows {
    static func decode(_ text: String) throws -> [[String: String]] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return (value as? [[String: Any]] ?? []).map { $0.compactMapValues { $0 as? String } }
    }
}
