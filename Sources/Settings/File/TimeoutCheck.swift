import Documents
import Model

/// Timeouts of stages that a service has not: a misspelt one would otherwise be the general one, and nobody would know.
struct TimeoutCheck {
    let source: String
    let services: [DocumentEntry]

    func problems() -> [ConfigurationProblem] {
        services.flatMap { service in
            let named = service.value["stages"]?.items?.compactMap(\.text) ?? []
            let usual = (Stage.standard + [.rollback, .plan]).map(\.rawValue)
            let known = usual + named.filter { !usual.contains($0) }
            return (service.value["timeouts"]?.entries ?? []).compactMap { entry -> ConfigurationProblem? in
                // What is no name of a stage at all is found by the shape.
                guard !known.contains(entry.key), TextRule.stage.refusal(entry.key) == nil else { return nil }
                return ConfigurationProblem(
                    source: source, line: entry.position.line, column: entry.position.column,
                    message: "'\(entry.key)' in 'services.\(service.key).timeouts' is no stage of the service",
                    suggestion: Spelling.nearest(to: entry.key, among: known).map { "did you mean '\($0)'?" }
                        ?? "it may have: \(known.joined(separator: ", "))")
            }
        }
    }
}
