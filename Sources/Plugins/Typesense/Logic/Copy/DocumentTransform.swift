package import PluginKit

/// What the new schema needs of documents that were made for the old one: a single value where there is a list now, and a
/// value where there was none.
package struct DocumentTransform: Sendable {
    /// Fields that have become lists.
    package var wrapped: Set<String> = []
    /// JSON texts by field.
    package var defaults: [String: String] = [:]
    package init() {}

    package var isNeeded: Bool { !wrapped.isEmpty || !defaults.isEmpty }

    /// - Parameters:
    ///   - old, new: fields as the server or a file has them.
    ///   - given: what the options say for this collection.
    package init(from old: [PluginJSON], to new: [PluginJSON], given: [String: PluginJSON]) {
        let types = Dictionary(
            old.compactMap { field in field["name"]?.string.map { ($0, field["type"]?.string ?? "") } },
            uniquingKeysWith: { first, _ in first })
        for field in new {
            guard let name = field["name"]?.string, let type = field["type"]?.string else { continue }
            if let before = types[name], type == before + "[]" { wrapped.insert(name) }
        }
        defaults = given.mapValues(\.text)
    }

    /// The document as the new schema takes it.
    package func applied(to line: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        guard let members = DocumentLine.members(of: line) else { return Array(line) }
        var result: [UInt8] = [UInt8(ascii: "{")]
        var missing = defaults
        for member in members {
            let key = String(decoding: line[member.key], as: UTF8.self)
            var value = Array(line[member.value])
            if let fallback = missing.removeValue(forKey: key), value.elementsEqual("null".utf8) {
                value = Array(fallback.utf8)
            }
            if wrapped.contains(key), let first = value.first, first != UInt8(ascii: "["),
                !value.elementsEqual("null".utf8)
            {
                value = [UInt8(ascii: "[")] + value + [UInt8(ascii: "]")]
            }
            if result.count > 1 { result.append(UInt8(ascii: ",")) }
            result.append(UInt8(ascii: "\""))
            result.append(contentsOf: line[member.key])
            result.append(contentsOf: "\":".utf8)
            result.append(contentsOf: value)
        }
        for (key, value) in missing.sorted(by: { $0.key < $1.key }) {
            if result.count > 1 { result.append(UInt8(ascii: ",")) }
            result.append(contentsOf: "\(PluginJSON.string(key).text):\(value)".utf8)
        }
        result.append(UInt8(ascii: "}"))
        return result
    }
}
