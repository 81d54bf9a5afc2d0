import Model
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

extension StackCall {
    /// A state that cannot be read is not the state of a service that was never deployed: what runs would be taken for the
    /// beginnings of a first deployment, and removed.
    ///
    /// - Throws: where there is a state and it cannot be read.
    func checkState() throws(Failure) {
        guard state != nil, checkpoint == nil else { return }
        throw Failure(
            .state, "what the last deployment left of its state cannot be read: it is damaged, or a later version's",
            remedy:
                "Its containers are left as they are. Install the version of this plugin that wrote the state again; or "
                + "take the service out of the configuration, run 'codex-deployer forget \(service)' and put it back.")
    }
}
