package import PluginKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The commands of the Swift package manager as this plugin calls them. Pure: makes argument lists, runs nothing.
package struct Toolchain: Sendable {
    package let options: Options
    package let jobs: Int
    package let sourceDirectory: String
    package let scratchDirectory: String
    /// The package comes with a Package.resolved, and it is to be followed.
    package let isLocked: Bool

    package init(_ options: Options, call: StageCall, processors: Int = Toolchain.processors) {
        self.options = options
        jobs = options.effectiveJobs(processors: processors)
        sourceDirectory = call.sourceDirectory
        scratchDirectory = call.scratchDirectory
        isLocked = options.resolution == .locked && call.isResolved
    }

    package static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The beginning of every command.
    package var swift: [String] {
        if let toolchain = options.toolchain { return [toolchain] }
        #if os(macOS)
            return ["/usr/bin/xcrun", "swift"]
        #else
            return ["swift"]
        #endif
    }

    package var build: ProcessCommand {
        var arguments = ["build", "-c", options.configuration.rawValue] + common
        if options.staticStandardLibrary { arguments.append("--static-swift-stdlib") }
        return command(arguments + options.buildArguments)
    }

    /// - Parameters:
    ///   - events: where Swift Testing writes its event stream; not there yet.
    ///   - crashes: folder for the reports of crashed test processes; exists.
    package func test(events: String, crashes: String) -> ProcessCommand {
        let arguments = ["test", "--event-stream-output-path", events] + common
        var command = command(arguments + options.buildArguments + options.testArguments)
        if command.environment["SWIFT_BACKTRACE"] == nil, let setting = Self.backtraces(into: crashes) {
            command.environment["SWIFT_BACKTRACE"] = setting
        }
        return command
    }

    /// Prints the package's products and targets as JSON.
    package var describe: ProcessCommand {
        var command = command(
            ["package", "--scratch-path", scratchDirectory] + resolution + ["describe", "--type", "json"])
        command.keepOutput = 8 << 20
        command.isQuiet = true
        return command
    }

    /// Prints the folder of the products.
    package var showBinPath: ProcessCommand {
        var command = build
        command.arguments.append("--show-bin-path")
        command.keepOutput = 1 << 16
        command.isQuiet = true
        return command
    }

    /// SwiftPM's link to the folder of the products.
    package func products(of configuration: Options.Configuration) -> String {
        "\(scratchDirectory)/\(configuration.rawValue)"
    }

    /// The value of SWIFT_BACKTRACE that leaves one JSON file for each crash in a folder; nil where the folder's name
    /// cannot stand in it.
    package static func backtraces(into folder: String) -> String? {
        folder.contains(",") ? nil : "enable=yes,format=json,interactive=no,color=no,output-to=\(folder)/"
    }

    // Release and debug builds share one scratch folder: SwiftPM keeps them apart in it, and dependencies are checked
    // out once. The build system is pinned because another one puts its products elsewhere. In the LLVM style every
    // note is a line of its own.
    private var common: [String] {
        [
            "--scratch-path", scratchDirectory, "--build-system", "native", "--jobs", String(jobs), "-Xswiftc",
            "-diagnostic-style=llvm",
        ] + resolution
    }

    private var resolution: [String] { isLocked ? ["--only-use-versions-from-resolved-file"] : [] }

    private func command(_ arguments: [String]) -> ProcessCommand {
        var command = ProcessCommand(swift + arguments, directory: sourceDirectory)
        // Nobody is there to answer: a dependency that asks for a password must fail, not wait.
        command.environment = ["GIT_TERMINAL_PROMPT": "0"].merging(options.buildEnvironment, uniquingKeysWith: { $1 })
        command.inherit = Self.inherited + options.buildInherit
        return command
    }

    /// Variables that tell a toolchain where things are and how to reach the network; none of them is a secret.
    static let inherited = [
        "CC", "CPATH", "CXX", "C_INCLUDE_PATH", "DEVELOPER_DIR", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM",
        "GIT_SSL_CAINFO", "HTTPS_PROXY", "HTTP_PROXY", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "LIBRARY_PATH",
        "LOGNAME", "NO_PROXY", "PKG_CONFIG_PATH", "SDKROOT", "SSH_AUTH_SOCK", "SSL_CERT_DIR", "SSL_CERT_FILE",
        "TOOLCHAINS", "USER", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "http_proxy", "https_proxy", "no_proxy",
    ]
}
