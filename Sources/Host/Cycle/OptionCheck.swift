import Documents
import Model

/// Has plugins check the options of services before anything is built. Each is asked once for the same options.
actor OptionCheck {
    private struct Question: Hashable {
        var kind: String
        var options: JSONValue
        var plugins: String
    }

    typealias Check = @Sendable (Service) async -> (problems: [Diagnostic]?, note: String?)

    /// What is wrong with a service's options; nil, with a note, when the plugin could not answer.
    private let check: Check
    /// Names the plugins that would answer.
    private let plugins: @Sendable () async -> String
    /// The JSON Schema of a kind's options; nil where its plugin has none.
    private let schema: @Sendable (String) async -> JSONValue?
    /// Where the entry of a service in `deployer.yaml` says something, by JSON Pointer.
    private let place: @Sendable (ServiceName, String) -> String?
    private var answers: [Question: [Diagnostic]] = [:]
    /// Of the last check: why plugins could not answer.
    private(set) var notes: [String] = []

    init(
        check: @escaping Check, plugins: @escaping @Sendable () async -> String,
        schema: @escaping @Sendable (String) async -> JSONValue?,
        place: @escaping @Sendable (ServiceName, String) -> String?
    ) {
        self.check = check
        self.plugins = plugins
        self.schema = schema
        self.place = place
    }

    /// Says of each service that cannot be deployed with its options what is wrong with them.
    func obstacles(of services: [Service]) async -> [ServiceName: String] {
        notes = []
        guard !services.isEmpty else { return [:] }
        let plugins = await plugins()
        if answers.count > 1000 { answers.removeAll() }
        var found: [ServiceName: String] = [:]
        for service in services {
            let question = Question(kind: service.kind, options: service.options, plugins: plugins)
            if let known = answers[question] {
                found[service.name] = await text(known, of: service)
                continue
            }
            let (problems, note) = await check(service)
            if let note { notes.append(note) }
            if let problems {
                answers[question] = problems
                found[service.name] = await text(problems, of: service)
            }
        }
        return found
    }

    private func text(_ problems: [Diagnostic], of service: Service) async -> String? {
        guard !problems.isEmpty else { return nil }
        let schema = await schema(service.kind)
        let shown = problems.prefix(5).map { problem -> String in
            guard let pointer = problem.group else { return problem.message.withoutFullStop }
            let place = place(service.name, "/options\(pointer)").map { "\($0): " } ?? ""
            return "\(place)options\(pointer): \(problem.message.withoutFullStop)"
                + (Self.suggestion(for: pointer, schema).map { " - did you mean '\($0)'?" } ?? "")
        }
        let more = problems.count > shown.count ? "; and \(problems.count - shown.count) more" : ""
        return "its options are not valid: " + shown.joined(separator: "; ") + more
    }

    /// What was meant by an option that the schema does not know.
    private static func suggestion(for pointer: String, _ schema: JSONValue?) -> String? {
        var names = pointer.split(separator: "/").map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
        guard let last = names.popLast() else { return nil }
        var schema = schema
        for name in names { schema = schema?["properties"]?[name] ?? schema?["items"] }
        guard case .object(let known) = schema?["properties"], known[last] == nil else { return nil }
        return Spelling.nearest(to: last, among: known.keys.sorted())
    }
}

extension String {
    /// For a sentence that goes on.
    var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
