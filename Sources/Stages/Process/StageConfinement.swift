import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How the commands of a verification are shut in: what is built and tested is a patch that nobody has looked at, and its tests run
/// whatever it says. They have the network, for dependencies, and see neither the workspace nor a home nor other processes.
package struct StageConfinement: Hashable, Sendable {
    /// Absolute path of `bwrap`.
    package var program: String
    /// Folders and files beside the system's that may be read.
    package var readable: [String]
    /// Absolute paths that are not to be seen: the workspace, the daemon's home.
    package var hidden: [String]

    package init(program: String, readable: [String] = [], hidden: [String]) {
        self.program = program
        self.readable = readable
        self.hidden = hidden
    }

    /// Clients of container engines: what they start is shut in by the engine, and their socket is as good as root anyway.
    private static let engines: Set<String> = ["docker", "docker-compose", "podman", "podman-compose", "nerdctl"]
    /// They name places that are not there.
    private static let foreign: Set<String> = [
        "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
    ]

    /// - Parameter folders: what the command may change; the last one gets a home in it, which is kept.
    package func confined(_ request: ProcessRequest, to folders: [String]) -> ProcessRequest {
        guard let name = request.arguments.first, let last = folders.last,
            !Self.engines.contains(name.split(separator: "/").last.map(String.init) ?? name),
            // What is not installed is to be told as such, not as bubblewrap's failure.
            Self.isThere(name, request.environment["PATH"])
        else { return request }
        let home = "\(last)/home"
        guard Files.makeFolder(home, mode: 0o700) else { return request }
        var confined = request
        confined.environment = request.environment.filter { !Self.foreign.contains($0.key) }
        confined.environment["HOME"] = home
        let sandbox = Sandbox(
            program: program, environment: request.environment, programs: readable, hidden: hidden, isOnline: true)
        confined.arguments = sandbox.wrap(request.arguments, in: request.directory, writable: folders)
        confined.directory = "/"
        return confined
    }

    private static func isThere(_ name: String, _ path: String?) -> Bool {
        if name.contains("/") { return access(name, X_OK) == 0 }
        return (path ?? "").split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }
}
