import PluginKit

/// The checkpoint of a deployment: what is live, and where.
package struct StackCheckpoint: Sendable, Hashable {
    /// Name of the release's folder.
    package var release: String
    package var revision: String
    /// What the stack runs on.
    package var family: Engine.Family
    package var project: String

    package init(release: String, revision: String, family: Engine.Family, project: String) {
        self.release = release
        self.revision = revision
        self.family = family
        self.project = project
    }

    /// Reads a blob that this or an older version of the plugin left; nil for anything else.
    package init?(_ state: [UInt8]?) {
        guard let state, let json = try? PluginJSON(parsing: state), json["version"] == 1,
            let release = json["release"]?.string, ReleaseStore.isReleaseName(release),
            let revision = json["revision"]?.string, let project = json["project"]?.string,
            let family = json["engine"]?.string.flatMap({ Engine.Family(rawValue: $0) })
        else { return nil }
        self.init(release: release, revision: revision, family: family, project: project)
    }

    package var bytes: [UInt8] {
        let json: PluginJSON = [
            "version": 1, "release": .string(release), "revision": .string(revision),
            "engine": .string(family.rawValue), "project": .string(project),
        ]
        return Array(json.text.utf8)
    }
}
