import Foundation
import TestSupport
import Testing

/// Real engines for the tests, started by the scripts in `engines/`: each test has its own, with its own containers.
enum EngineFixture: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case composeV2 = "docker-compose-v2"
    case composeV1 = "docker-compose-v1"
    case podman = "podman-compose"
    /// Three engines and a registry.
    case swarm

    /// The engines that Compose speaks to.
    static let allCases: [EngineFixture] = [.composeV2, .composeV1, .podman]

    var testDescription: String { rawValue }
    var script: String {
        switch self {
        case .podman: "podman"
        case .swarm: "swarm"
        case .composeV1, .composeV2: "docker"
        }
    }
    /// The engine's own client.
    var client: String { self == .podman ? "podman" : "docker" }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Why there is no such engine; nil where there is one.
    var absence: String? {
        if getuid() != 0 { return "engines need root" }
        let needed: [String] =
            switch self {
            case .composeV2: ["dockerd", "docker", "busybox", "unshare"]
            case .composeV1: ["dockerd", "docker", "docker-compose", "busybox", "unshare"]
            case .podman: ["podman", "podman-compose", "busybox", "unshare"]
            case .swarm: ["dockerd", "docker", "docker-registry", "ip", "busybox", "unshare"]
            }
        let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        let missing = needed.filter { tool in
            !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
        }
        if !missing.isEmpty { return "\(missing.joined(separator: ", ")) missing: engines/\(script) install" }
        if self == .composeV2 || self == .swarm, !FileManager.default.isExecutableFile(atPath: Self.composeV2Plugin) {
            return "Compose v2 missing: engines/docker install"
        }
        return nil
    }

    private static var composeV2Plugin: String {
        let cache = ProcessInfo.processInfo.environment["DEPLOYER_ENGINES"] ?? "/var/cache"
        return "\(cache)/codex-deployer/engines/compose-v2/docker-compose"
    }

    static let available = allCases.filter { $0.absence == nil }

    /// The words of a skipped test.
    static let reason: String = {
        let reasons = allCases.compactMap { kind in kind.absence.map { "\(kind.rawValue): \($0)" } }
        return "needs container engines; " + reasons.joined(separator: "; ")
    }()

    /// Runs one of the scripts in `engines/`.
    func run(_ arguments: String...) throws {
        let end = try Command.run(["\(Self.root)/engines/\(script)"] + arguments)
        if end.code != 0 { throw EngineError("engines/\(script) \(arguments[0]): \(end.text)") }
    }

    /// The variables that lead tools to an engine which was started in a folder.
    static func environment(of folder: String) throws -> [String: String] {
        let text = try String(contentsOfFile: "\(folder)/environment", encoding: .utf8)
        var result: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { result[parts[0]] = parts[1] }
        }
        return result
    }
}

struct EngineError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Commands of the tests themselves.
enum Command {
    /// Foundation's `Process` would wait for everything that a command leaves running as well.
    ///
    /// - Parameter environment: over the test's own.
    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> (code: Int32, text: String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: file) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Threads of the concurrency pool have their signals blocked, and children inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let all = ProcessInfo.processInfo.environment.merging(environment, uniquingKeysWith: { $1 })
        var words: [UnsafeMutablePointer<CChar>?] = (["/usr/bin/env"] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &words, &variables)
        guard code == 0 else { throw EngineError("\(arguments[0]): \(String(cString: strerror(code)))") }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return (status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f), text)
    }
}
