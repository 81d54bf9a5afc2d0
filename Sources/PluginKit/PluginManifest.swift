/// What a plugin says of itself; becomes the JSON document of the ABI's `describe`.
public struct PluginManifest: Sendable {
    public struct StageOffer: Sendable {
        public var stage: PluginStage
        /// True when an interrupted run may safely be run again.
        public var isRepeatable: Bool
        public init(_ stage: PluginStage, repeatable: Bool) {
            self.stage = stage
            isRepeatable = repeatable
        }
    }

    /// A service of the host. What is not asked for is not offered.
    public struct HostService: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let process = HostService(rawValue: "process/1")
        public static let http = HostService(rawValue: "http/1")
        public static let httpStream = HostService(rawValue: "http-stream/1")
        public static let secret = HostService(rawValue: "secret/1")
        public static let cancel = HostService(rawValue: "cancel/1")
        public static let supervise = HostService(rawValue: "supervise/1")
    }

    /// `[a-z0-9-]{1,64}`, stable for ever.
    public var id: String
    public var version: String
    /// The service kinds, each `[a-z0-9-]{1,64}`.
    public var kinds: [String]
    public var stages: [StageOffer]
    public var services: [HostService]
    /// True to ask for `SecretHost.reveal`, which the operator grants or not.
    public var wantsPlainSecrets: Bool
    /// 0...100: services that are recognised in one folder are deployed in this order. Containers are 20, schemas 40,
    /// programs 50, gateways 80.
    public var order: Int
    /// Kinds that these are a special case of: where this plugin recognises a folder at least as surely, it takes the place
    /// of theirs.
    public var refines: [String]
    /// JSON Schema of a service's options. Options that hold secrets carry `"sensitive": true`.
    public var configuration: PluginJSON

    public init(
        id: String, version: String, kinds: [String], stages: [StageOffer],
        services: [HostService] = [.process, .cancel], wantsPlainSecrets: Bool = false,
        order: Int = 50, refines: [String] = [],
        configuration: PluginJSON = ["type": "object", "additionalProperties": false]
    ) {
        self.id = id
        self.version = version
        self.kinds = kinds
        self.stages = stages
        self.services = services
        self.wantsPlainSecrets = wantsPlainSecrets
        self.order = order
        self.refines = refines
        self.configuration = configuration
    }

    private static let usualOrder = 50

    /// The document of `describe`; members in a fixed order, so that it is the same bytes each time.
    package var document: String {
        var members: [(String, PluginJSON)] = [
            ("id", .string(id)),
            ("version", .string(version)),
            ("kinds", .array(kinds.map(PluginJSON.string))),
            (
                "stages",
                .array(
                    stages.map {
                        .object(["name": .string($0.stage.rawValue), "repeatable": .bool($0.isRepeatable)])
                    })
            ),
            ("services", .array(services.map { .string($0.rawValue) })),
        ]
        if wantsPlainSecrets { members.append(("permissions", .array([.string("secret-plain")]))) }
        if order != Self.usualOrder { members.append(("order", .integer(Int64(order)))) }
        if !refines.isEmpty { members.append(("refines", .array(refines.map(PluginJSON.string)))) }
        members.append(("configuration", configuration))
        return "{" + members.map { "\"\($0.0)\":\($0.1.text)" }.joined(separator: ",") + "}"
    }
}
