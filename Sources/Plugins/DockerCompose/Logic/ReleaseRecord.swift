import PluginKit

/// What a release says about itself, in `release.json` in its folder: all that is needed to run it again as it was.
/// Secrets are references in it.
package struct ReleaseRecord: Sendable, Hashable {
    /// What a service's containers run.
    package struct Pin: Sendable, Hashable {
        /// The tag that is kept for this release, or for an earlier one with the same image.
        package var reference: String
        package var id: String
        /// The digest on its containers.
        package var digest: String
        /// Of the folder that its image was built from; nil: it was not built here.
        package var context: String?
        /// What a registry calls it, `repository@sha256:…`; for a Swarm, whose nodes pull.
        package var remote: String?
        package init(reference: String, id: String, digest: String, context: String? = nil) {
            self.reference = reference
            self.id = id
            self.digest = digest
            self.context = context
        }
    }

    package var revision: String
    package var project: String
    package var kind: Options.Engine
    /// Compose files, relative to the release's `files`, without the one that pins the images.
    package var files: [String]
    package var environment: [String: String]
    package var options: Options
    package var pins: [String: Pin]
    /// Services that end by themselves.
    package var finishing: [String] = []
    package var replicas: [String: Int] = [:]
    /// Its services in groups: each depends on earlier ones only.
    package var ranks: [[String]] = []
    /// Names of its networks, as the file has them.
    package var networks: [String] = []
    /// Records of the build cache that this release's build made.
    package var cache: [String] = []

    package init(
        revision: String, project: String, kind: Options.Engine, files: [String], environment: [String: String],
        options: Options, pins: [String: Pin]
    ) {
        self.revision = revision
        self.project = project
        self.kind = kind
        self.files = files
        self.environment = environment
        self.options = options
        self.pins = pins
    }

    static let fileName = "release.json"

    /// What of it makes two releases of one revision different.
    package var identity: String {
        var same = self
        same.cache = []
        return PluginJSON.object(same.members).text
    }

    package var bytes: [UInt8] { Array(PluginJSON.object(members).text.utf8) }

    private var members: [String: PluginJSON] {
        [
            "version": 1, "revision": .string(revision), "project": .string(project), "engine": .string(kind.rawValue),
            "files": Self.list(files), "environment": Self.texts(environment),
            "finishing": Self.list(finishing), "networks": Self.list(networks),
            "ranks": .array(ranks.map(Self.list)),
            "replicas": .object(replicas.mapValues { .integer(Int64($0)) }), "cache": Self.list(cache),
            "pins": .object(
                pins.mapValues { pin -> PluginJSON in
                    var members: [String: PluginJSON] = [
                        "reference": .string(pin.reference), "id": .string(pin.id), "digest": .string(pin.digest),
                        "context": pin.context.map(PluginJSON.string) ?? .null,
                    ]
                    if let remote = pin.remote { members["remote"] = .string(remote) }
                    return .object(members)
                }),
            // Those that decide how Compose is called.
            "options": [
                "docker_host": options.dockerHost.map(PluginJSON.string) ?? .null,
                "project_directory": options.projectDirectory.map(PluginJSON.string) ?? .null,
                "profiles": Self.list(options.profiles), "environment": Self.texts(options.environment),
                "secrets": Self.texts(options.secrets), "inherit": Self.list(options.inherit),
                "one_shot": Self.list(options.oneShot),
            ],
        ]
    }

    /// nil for anything that is no record of this version.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? PluginJSON(parsing: bytes), json["version"] == 1,
            let revision = json["revision"]?.string, let project = json["project"]?.string,
            let kind = json["engine"]?.string.flatMap({ Options.Engine(rawValue: $0) }),
            let files = json["files"]?.strings
        else { return nil }
        var options = Options()
        options.engine = kind
        let saved = json["options"]
        options.dockerHost = saved?["docker_host"]?.string
        options.projectDirectory = saved?["project_directory"]?.string
        options.profiles = saved?["profiles"]?.strings ?? []
        options.environment = Self.texts(saved?["environment"])
        options.secrets = Self.texts(saved?["secrets"])
        options.inherit = saved?["inherit"]?.strings ?? []
        options.oneShot = saved?["one_shot"]?.strings ?? []
        var pins: [String: Pin] = [:]
        for (name, pin) in json["pins"]?.object ?? [:] {
            guard let reference = pin["reference"]?.string, let id = pin["id"]?.string,
                let digest = pin["digest"]?.string
            else { return nil }
            pins[name] = Pin(reference: reference, id: id, digest: digest, context: pin["context"]?.string)
            pins[name]?.remote = pin["remote"]?.string
        }
        self.init(
            revision: revision, project: project, kind: kind, files: files,
            environment: Self.texts(json["environment"]), options: options, pins: pins)
        finishing = json["finishing"]?.strings ?? []
        networks = json["networks"]?.strings ?? []
        ranks = (json["ranks"]?.array ?? []).compactMap(\.strings)
        replicas = (json["replicas"]?.object ?? [:]).compactMapValues(\.integer)
        cache = json["cache"]?.strings ?? []
    }

    private static func list(_ items: [String]) -> PluginJSON { .array(items.map(PluginJSON.string)) }
    private static func texts(_ items: [String: String]) -> PluginJSON { .object(items.mapValues(PluginJSON.string)) }
    private static func texts(_ json: PluginJSON?) -> [String: String] {
        (json?.object ?? [:]).compactMapValues(\.string)
    }
}
