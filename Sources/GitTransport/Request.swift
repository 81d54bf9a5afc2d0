/// The fields of a request; the form is described at `GitTransport`.
struct Request {
    private var fields: [(key: String, value: String)] = []

    init(from source: Input) throws(TransportError) {
        var input = source
        guard try input.line() == "git-transport 1" else {
            throw TransportError(.request, "the request does not begin with 'git-transport 1'")
        }
        while true {
            let line = try input.line()
            if line == "end" { return }
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 2, let count = Int(words[1]), (0...4_000_000).contains(count), fields.count < 10_000
            else { throw TransportError(.request, "a field of the request is malformed") }
            guard let value = String(validating: try input.bytes(count), as: UTF8.self) else {
                throw TransportError(.request, "the field '\(words[0])' is not UTF-8")
            }
            guard try input.line().isEmpty, !value.utf8.contains(0) else {
                throw TransportError(.request, "the field '\(words[0])' is malformed")
            }
            fields.append((String(words[0]), value))
        }
    }

    subscript(_ key: String) -> String? { fields.first { $0.key == key }?.value }

    func all(_ key: String) -> [String] { fields.filter { $0.key == key }.map(\.value) }

    func flag(_ key: String) -> Bool { self[key] == "1" }

    func required(_ key: String) throws(TransportError) -> String {
        guard let value = self[key], !value.isEmpty else {
            throw TransportError(.request, "the field '\(key)' is missing")
        }
        return value
    }
}
