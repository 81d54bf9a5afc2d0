/// What whoever asks may do. Each is a right of its own: a token that may send feedback may not restart anything.
package struct AgentRights: OptionSet, Sendable, Hashable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Look at services, reports, logs, sources, plans and verdicts.
    package static let read = AgentRights(rawValue: 1)
    /// Put patches into the inbox.
    package static let feedback = AgentRights(rawValue: 2)
    /// Restart, roll back, pause and resume services.
    package static let operate = AgentRights(rawValue: 4)

    package static let all: AgentRights = [.read, .feedback, .operate]

    private static let names: [(name: String, right: AgentRights)] = [
        ("read", .read), ("feedback", .feedback), ("operate", .operate),
    ]

    /// As settings write it: `read+feedback`; nil for a name that is none.
    package init?(_ text: String) {
        var rights = AgentRights()
        for part in text.split(separator: "+", omittingEmptySubsequences: false) {
            guard let known = Self.names.first(where: { $0.name == part }) else { return nil }
            rights.insert(known.right)
        }
        self = rights
    }

    package var text: String { Self.names.filter { contains($0.right) }.map(\.name).joined(separator: "+") }
}
