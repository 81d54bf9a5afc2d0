import Model

/// What an operator may set for one service (`options:` in deployer.yaml). Documentation/SwiftBuild.md lists them.
package struct Options: Hashable, Sendable {
    package enum Configuration: String, CaseIterable, Sendable { case release, debug }

    /// How versions of dependencies are chosen.
    package enum Resolution: String, CaseIterable, Sendable {
        /// As Package.resolved says, where there is one; a file that does not fit the manifest fails the build.
        case locked
        /// SwiftPM may choose anew.
        case automatic
    }

    /// Which executable is the service.
    package enum Run: Hashable, Sendable {
        /// The only one, or the one named like the service.
        case automatic
        case product(String)
        /// The products are installed and nothing is run.
        case nothing
    }

    // Building
    package var configuration = Configuration.release
    /// Compilers at a time; nil: half of the processors.
    package var jobs: Int?
    package var resolution = Resolution.locked
    /// Arguments added to `swift build` and `swift test`.
    package var buildArguments: [String] = []
    package var buildEnvironment: [String: String] = [:]
    /// Names of the daemon's variables that the build sees too.
    package var buildInherit: [String] = []
    /// Absolute path of a `swift` executable; nil: the one on the PATH, or xcrun's on macOS.
    package var toolchain: String?
    package var staticStandardLibrary = false

    // Testing
    package var test = true
    /// Arguments added to `swift test`.
    package var testArguments: [String] = []

    // Releases
    /// Products to install; nil: all executables and dynamic libraries of the package.
    package var products: [String]?
    package var keepReleases = 5

    // The running service
    package var run = Run.automatic
    package var arguments: [String] = []
    package var environment: [String: String] = [:]
    /// Variables whose values are secrets, by reference.
    package var secrets: [String: String] = [:]
    /// Names of the daemon's variables that the service sees too.
    package var inherit: [String] = []
    /// Its working directory; nil: its release folder.
    package var directory: String?
    /// From SIGTERM to SIGKILL.
    package var grace: Duration = .seconds(10)
    /// A systemd unit that runs it instead of the daemon.
    package var systemdUnit: String?
    /// The unit belongs to the daemon's user (`systemctl --user`).
    package var systemdUser = false
    /// How long a started service must stay up to count as healthy.
    package var settle: Duration = .seconds(2)

    package init() {}

    /// Compilers at a time on a machine with `processors`.
    package func effectiveJobs(processors: Int) -> Int { jobs ?? max(1, processors / 2) }
}
