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
    private var answers: [Question: String?] = [:]
    /// Of the last check: why plugins could not answer.
    private(set) var notes: [String] = []

    init(check: @escaping Check, plugins: @escaping @Sendable () async -> String) {
        self.check = check
        self.plugins = plugins
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
                found[service.name] = known
                continue
            }
            let (problems, note) = await check(service)
            if let note { notes.append(note) }
            if let problems {
                let text = Self.text(problems)
                answers[question] = .some(text)
                found[service.name] = text
            }
        }
        return found
    }

    private static func text(_ problems: [Diagnostic]) -> String? {
        guard !problems.isEmpty else { return nil }
        let shown = problems.prefix(5).map { problem in
            problem.group.map { "options\($0): \(problem.message)" } ?? problem.message
        }
        let more = problems.count > shown.count ? "; and \(problems.count - shown.count) more" : ""
        return "its options are not valid: " + shown.joined(separator: "; ") + more
    }
}
