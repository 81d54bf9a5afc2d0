import Logs
import PluginStore

/// What people read of plugins from git.
enum PluginText {
    /// What would be built.
    static func proposal(_ proposal: BuildProposal) -> String {
        let name = proposal.id.map { "The plugin '\($0)'" } ?? "A plugin"
        return """

            \(name) comes from
              url       \(proposal.place)
              commit    \(proposal.commit)
            Nobody on this machine agreed to build from there. Building runs code of that repository.
            """
    }

    /// What would be installed.
    static func proposal(_ proposal: PluginProposal) -> String {
        let declared = proposal.declaration
        var lines = ["", "\(declared.id) \(declared.version)"]
        func add(_ name: String, _ value: String) { lines.append("  " + name.padded(to: 12) + value) }
        func list(_ values: [String]) -> String { values.isEmpty ? "none" : values.joined(separator: ", ") }
        add("from", "\(proposal.place)")
        add("follows", proposal.follows)
        add("commit", proposal.commit)
        add("kinds", list(declared.kinds))
        add("stages", list(declared.stages))
        add("services", list(declared.services))
        add("permissions", list(declared.permissions))
        add("digest", proposal.digest)
        add("needs", list(proposal.needed))
        add("built", "\(proposal.builtAs) by \(proposal.builtWith); \(proposal.isolation)")
        add("proven", "\(proposal.proof.checks) checks passed")
        if proposal.hasOpenDependencies {
            add("caution", "its dependencies are not pinned by its repository: another build may take others")
        }
        if declared.permissions.contains("secret-plain") {
            add("caution", "it may see secrets in plain text once DISPATCHER_PLAIN_SECRET_PLUGINS names it")
        }
        if !proposal.isIsolated { add("caution", "its build was not shut in: it ran with your rights") }
        for change in proposal.changes { add("changed", change) }
        for demand in proposal.demands { add("new demand", demand) }
        for note in proposal.notes { add("note", note) }
        lines.append("A plugin runs with the daemon's rights for every service of its kinds.")
        return lines.joined(separator: "\n")
    }

    static func changes(_ changes: [PluginChange], lock root: String) -> String {
        guard !changes.isEmpty else { return "no plugins are pinned" }
        var lines = changes.flatMap { change in
            var head = "\(change.id ?? change.place.description): \(change.action.rawValue)"
            if let version = change.version { head += " \(version)" }
            if let commit = change.commit { head += " at \(commit.prefix(12))" }
            return [head] + change.details.flatMap { $0.split(separator: "\n").map { "  \($0)" } }
        }
        if changes.contains(where: { [.installed, .updated, .removed].contains($0.action) }) {
            lines.append(
                "commit \(root)/\(PluginLock.name) where it has changed, so that other machines get the same set")
        }
        return lines.map(TerminalText.neutralised).joined(separator: "\n")
    }

    static func verifications(_ found: [PluginVerification]) -> String {
        guard !found.isEmpty else { return "no plugins are pinned" }
        let lines = found.flatMap { plugin in
            ["\(plugin.id): \(plugin.problems.isEmpty ? "as pinned" : "not as pinned") (\(plugin.commit.prefix(12)))"]
                + (plugin.problems + plugin.facts).map { "  \($0)" }
        }
        return lines.map(TerminalText.neutralised).joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
