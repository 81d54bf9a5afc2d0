import Model

extension JSONValue {
    /// The body of a request, written as it is read.
    static func body(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(Dictionary(members.map { ($0.key, $0.value) }) { $1 })
    }
}
