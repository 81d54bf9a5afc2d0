/// A service kind, written in Swift.
///
/// The host makes one instance per operation, in a process of its own, and calls it synchronously on that process's main
/// thread: no concurrency runtime is needed, and `async` code, `@MainActor` and `Task` have no place here. Import
/// FoundationEssentials at most: Foundation doubles the time a worker takes to start.
///
/// A plugin is exported with one function in a module of its own, which also links this one:
///
/// ```swift
/// import MyPluginLogic
/// public import PluginAPI
/// import PluginKit
///
/// @c @implementation
/// public func codex_deployer_plugin_entry_v1(
///     _ hello: UnsafePointer<deployer_hello>!
/// ) -> UnsafePointer<deployer_plugin>! {
///     PluginExport.table(for: MyPlugin.self, hello: hello)
/// }
/// ```
public protocol DeployerPlugin {
    /// What the plugin is and can do. Pure: no file, no socket, the same value each time.
    static var manifest: PluginManifest { get }

    /// Says which of its kinds a source tree is; empty when it is none. Leaves the tree as it was.
    static func detect(_ context: DetectContext) throws -> [KindEvidence]

    /// Makes the instance for one service.
    ///
    /// The options have already been checked against `manifest.configuration`; throw `InvalidOptions` for what a schema
    /// cannot say. Touches nothing outside.
    init(_ context: OpenContext) throws

    /// Runs one stage to its end.
    ///
    /// An error thrown here ends the stage as `failed`, with the error's text as diagnostic; throw `PluginFailure` to say
    /// it better. A result of status `failed` without an error diagnostic is given one made of its summary.
    func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult
}

/// A stage by name. Open: the host may bring stages that nobody has heard of; answer them with `.unsupported`.
public struct PluginStage: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }
    public var description: String { rawValue }

    public static let build: PluginStage = "build"
    public static let test: PluginStage = "test"
    public static let deploy: PluginStage = "deploy"
    public static let restart: PluginStage = "restart"
    public static let health: PluginStage = "health"
    public static let rollback: PluginStage = "rollback"
    public static let plan: PluginStage = "plan"
}

/// What `detect` is told.
public struct DetectContext: Sendable {
    /// Absolute; read only.
    public let sourceDirectory: String
    public let log: PluginLog
}

/// One of the plugin's kinds, recognised in a source tree.
public struct KindEvidence: Hashable, Sendable {
    public var kind: String
    /// 0...100; 50 and more is a claim.
    public var confidence: Int
    /// For people: `Package.swift found`.
    public var evidence: String
    /// It serves the folder's own service, which another plugin recognises, and is no service in its own right: a Compose
    /// file beside a Package.swift. It only builds and tests.
    public var isCompanion: Bool
    public init(kind: String, confidence: Int, evidence: String, isCompanion: Bool = false) {
        self.kind = kind
        self.confidence = confidence
        self.evidence = evidence
        self.isCompanion = isCompanion
    }
}

/// What the instance is made from.
public struct OpenContext: Sendable {
    /// The service's name: one or two path components.
    public let service: String
    public let kind: String
    /// The service's options as the operator wrote them; an object, valid by the manifest's schema.
    public let options: PluginJSON
    public let log: PluginLog
}

/// What is wrong with a service's options, all of it at once.
public struct InvalidOptions: Error, Sendable {
    public struct Problem: Hashable, Sendable {
        /// RFC 6901 JSON Pointer into the options: `/products/0`; empty for the whole.
        public var pointer: String
        public var message: String
        public init(_ pointer: String, _ message: String) {
            self.pointer = pointer
            self.message = message
        }
    }
    public var problems: [Problem]
    public init(_ problems: [Problem]) { self.problems = problems }
}
