package import Model
import PluginKit

/// What a release folder says about itself, in `.release.json` within it. Written before the folder gets its name, so
/// a folder with a record is whole.
package struct ReleaseRecord: Sendable, Hashable {
    package var revision: Revision
    /// Folder name of the release that was live when this one was installed.
    package var previous: String?
    package var installedAt: Timestamp
    /// Names of the executables in the folder.
    package var executables: [String]
    /// The executable that is the service; nil: nothing is to be run.
    package var run: String?
    /// How it is run; nil in what an older version of the plugin has installed.
    package var launch: LaunchDescription?
    /// Everything in the folder but this record, top level only, sorted.
    package var contents: [String]

    static let fileName = ".release.json"
    /// Raised when a member changes its meaning, not when one is added.
    static let version: Int64 = 1

    package init(
        revision: Revision, previous: String? = nil, installedAt: Timestamp = .now, executables: [String],
        run: String?, launch: LaunchDescription? = nil, contents: [String]
    ) {
        self.revision = revision
        self.previous = previous
        self.installedAt = installedAt
        self.executables = executables
        self.run = run
        self.launch = launch
        self.contents = contents
    }

    /// nil for anything that is no record of this version.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? PluginJSON(parsing: bytes), json["version"] == .integer(Self.version),
            let revision = json["revision"]?.string.flatMap({ Revision($0) }),
            case .integer(let installedAt)? = json["installed_at"],
            let executables = json["executables"]?.strings, let contents = json["contents"]?.strings
        else { return nil }
        self.init(
            revision: revision, previous: json["previous"]?.string, installedAt: Timestamp(microseconds: installedAt),
            executables: executables, run: json["run"]?.string, launch: LaunchDescription(json["launch"]),
            contents: contents)
    }

    package var bytes: [UInt8] {
        let json: PluginJSON = [
            "version": .integer(Self.version),
            "revision": .string(revision.hex),
            "previous": previous.map(PluginJSON.string) ?? .null,
            "installed_at": .integer(installedAt.microseconds),
            "executables": .array(executables.map(PluginJSON.string)),
            "run": run.map(PluginJSON.string) ?? .null,
            "launch": launch?.json ?? .null,
            "contents": .array(contents.map(PluginJSON.string)),
        ]
        return Array(json.text.utf8)
    }
}

/// The checkpoint of a deployment: what the next rollback needs to know.
package struct DeployCheckpoint: Sendable, Hashable {
    /// Folder name of the release that went live.
    package var release: String
    package var revision: Revision
    /// Folder name of the one before; nil: there was none.
    package var previous: String?

    package init(release: String, revision: Revision, previous: String?) {
        self.release = release
        self.revision = revision
        self.previous = previous
    }

    /// Reads a blob that this or an older version of the plugin left; nil for anything else: the folders on the disk
    /// are then asked instead, and where they do not know either a rollback touches nothing.
    package init?(_ state: [UInt8]?) {
        guard let state, let json = try? PluginJSON(parsing: state), json["version"] == 1,
            let release = json["release"]?.string, let revision = ReleaseStore.revision(of: release)
        else { return nil }
        let previous = json["previous"]?.string
        guard previous.map(ReleaseStore.isReleaseName) ?? true else { return nil }
        self.init(release: release, revision: revision, previous: previous)
    }

    package var bytes: [UInt8] {
        let json: PluginJSON = [
            "version": 1,
            "release": .string(release),
            "revision": .string(revision.hex),
            "previous": previous.map(PluginJSON.string) ?? .null,
        ]
        return Array(json.text.utf8)
    }
}
