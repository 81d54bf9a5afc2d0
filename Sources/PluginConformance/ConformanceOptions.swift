package import Model

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
    /// Options with which the example builds and deploys; nil: the defaults of the schema.
    package var options: JSONValue?
    /// Absolute path of a checkpoint that an older version of the plugin wrote.
    package var state: String?
    /// The glibc of the machines the plugin is for; nil: this machine's.
    package var glibc: String?
    /// For each stage of the example.
    package var stageTimeout: Duration = .seconds(600)
    /// Absolute path of the folder for everything that is made; nil: the system's.
    package var temporaryDirectory: String?
    /// The host's environment: commands get PATH and HOME of it, secrets are looked up in it.
    package var environment: [String: String]

    package init(library: String, programs: String, seed: UInt64 = .random(in: 1...99_999_999), environment: [String: String]) {
        self.library = library
        self.programs = programs
        self.seed = seed
        self.environment = environment
    }
}
