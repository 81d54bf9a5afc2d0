import Documents

/// A plugin that `deployer.yaml` names. What it says is a wish: `plugins.lock` pins it, and the operator of a machine agrees.
package struct NamedPlugin: Hashable, Sendable {
    package var url: String
    /// A branch, tag or commit; nil is the default branch.
    package var revision: String?
    /// The folder with the manifest; "" is the repository's root.
    package var path: String

    /// What the shape refuses is left out, because it is reported already.
    static func read(_ root: DocumentNode, source: String) -> (plugins: [NamedPlugin], problems: [ConfigurationProblem])
    {
        var found: [NamedPlugin] = []
        var problems: [ConfigurationProblem] = []
        for node in root["plugins"]?.items ?? [] {
            guard let url = node["url"]?.text else { continue }
            let path = (node["path"]?.text ?? "").split(separator: "/").filter { $0 != "." }.joined(separator: "/")
            if found.contains(where: { $0.url == url && $0.path == path }) {
                problems.append(
                    .init(
                        source: source, line: node.position.line, column: node.position.column,
                        message: "'plugins' names one folder of '\(ShapeChecker.shown(url))' twice",
                        suggestion: "remove one of them, or give it another 'path'"))
            }
            found.append(NamedPlugin(url: url, revision: node["revision"]?.text, path: path))
        }
        return (found, problems)
    }
}
