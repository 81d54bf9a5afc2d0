/// The headers of an HTTP request, names in lower case.
package struct HTTPFieldList: Sendable, Hashable {
    private var fields: [String: [String]] = [:]

    package init(_ fields: some Sequence<(name: String, value: String)>) {
        for (name, value) in fields { self.fields[name.lowercased(), default: []].append(value) }
    }

    /// The value of a header; of one that came several times, none: whoever sent it contradicts himself.
    package subscript(_ name: String) -> String? {
        guard let values = fields[name], values.count == 1 else { return nil }
        return values[0]
    }

    package func all(_ name: String) -> [String] { fields[name] ?? [] }

    /// Of headers that decide something, the first that came several times.
    func repeated(_ names: [String]) -> String? { names.first { (fields[$0]?.count ?? 0) > 1 } }
}
