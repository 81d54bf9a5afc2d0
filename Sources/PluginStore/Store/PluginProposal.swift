/// What a build came to: everything an operator has to know before agreeing to it.
package struct PluginProposal: Hashable, Sendable, Codable {
    package var url: String
    package var path: String
    /// What is followed, as a person would call it: `branch main`, `tag v1`, `commit`.
    package var follows: String
    package var commit: String
    package var declaration: PluginDeclaration
    package var digest: String
    /// Name of the library as it would lie in `plugins/`.
    package var file: String
    /// The build's own name for it.
    package var builtAs: String
    package var builtWith: String
    package var isolation: String
    package var isIsolated: Bool
    /// Shared libraries it needs.
    package var needed: [String]
    package var hasOpenDependencies: Bool
    package var proof: ProofVerdict
    /// Against what is installed, or against the pin; empty for a new one.
    package var changes: [String]
    /// What goes beyond what was agreed to before.
    package var demands: [String]
    /// Things to know: a digest that differs from the lock's.
    package var notes: [String]

    package var place: PluginPlace { PluginPlace(url: url, path: path) }
}

/// Sources that a machine was not asked about before.
package struct BuildProposal: Hashable, Sendable {
    package var place: PluginPlace
    package var commit: String
    package var digest: String?
    package var id: String?
}

/// The operator, or whoever speaks for them. An answer is never assumed.
package protocol PluginConsent: Sendable {
    /// May the sources of this place be fetched and built here, which runs their code?
    func mayBuild(_ proposal: BuildProposal) async -> Bool
    /// May this library be installed?
    func mayInstall(_ proposal: PluginProposal) async -> Bool
}
