package import Model

/// How long the harness waits for a plugin. Tests of plugins that hang have less of it.
package struct Patience: Sendable {
    /// For the library to be loaded.
    package var load: Duration = .seconds(10)
    /// For describe, as the daemon's.
    package var describe: Duration = .seconds(10)
    /// The deadline of a stage whose services are scripted.
    package var deadline: Duration = .seconds(5)
    /// From a cancellation to the end by force, as the daemon's.
    package var grace: Duration = .seconds(5)
    package init() {}
}

/// What the harness is asked to do.
package struct ConformanceOptions: Sendable {
    /// Absolute path of the library.
    package var library: String
    /// The folder with PluginProbe, PluginWorker and ServiceSupervisor.
    package var programs: String
    /// Checks whose name contains one of these; empty: all.
    package var filters: [String] = []
    /// For everything that is random.
    package var seed: UInt64
    /// The kind to try, of a plugin with several; nil: its first.
    package var kind: String?
    /// Absolute path of an example of the kind: sources that build and deploy.
    package var source: String?
    /// Absolute path of a folder whose files a later commit of the example has, over or beside those of `source`; nil: one
    /// more file is all that changes.
    package var change: String?
    /// Shows what is live of the example, as lines; for kinds that deploy to something else than the release folder.
    package var live: (@Sendable () async throws -> String)?
    /// Options with which the example builds and deploys; nil: the defaults of the schema.
    package var options: JSONValue?
    /// Absolute path of a checkpoint that an older version of the plugin wrote.
    package var state: String?
    /// The glibc of the machines the plugin is for; nil: this machine's.
    package var glibc: String?
    /// How long a plugin may take.
    package var patience = Patience()
    /// For each stage of the example.
    package var stageTimeout: Duration = .seconds(600)
    /// Absolute path of the folder for everything that is made; nil: the system's.
    package var temporaryDirectory: String?
    /// The host's environment: commands get PATH and HOME of it, secrets are looked up in it.
    package var environment: [String: String]

    package init(
        library: String, programs: String, seed: UInt64 = .random(in: 1...99_999_999), environment: [String: String]
    ) {
        self.library = library
        self.programs = programs
        self.seed = seed
        self.environment = environment
    }
}
