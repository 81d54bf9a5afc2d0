import Foundation
import Model
import TestSupport

@testable import Stages

/// A registry over two folders of its own: the workspace's and the installed one.
struct RegistryFixture: Sendable {
    let folder: String
    var workspace: String { "\(folder)/workspace/plugins" }
    var installed: String { "\(folder)/installed/plugins" }
    var cache: String { "\(folder)/cache" }

    static func with<Result>(_ body: (RegistryFixture) async throws -> Result) async throws -> Result {
        try await ScratchDirectory.with { folder in
            // Whatever the umask is: the rules ask for folders that others cannot write to.
            chmod(folder, 0o755)
            let fixture = RegistryFixture(folder: folder)
            for path in [fixture.workspace, fixture.installed] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            for path in ["workspace", "workspace/plugins", "installed", "installed/plugins"] {
                chmod("\(folder)/\(path)", 0o755)
            }
            return try await body(fixture)
        }
    }

    func registry(_ change: (inout PluginRegistry.Options) -> Void = { _ in }) throws -> PluginRegistry {
        var limits = WorkerLimits()
        limits.describe = .seconds(4)
        limits.grace = .milliseconds(200)
        var options = PluginRegistry.Options(
            searchPath: [workspace, installed], cacheDirectory: cache, worker: BuiltExecutable.path("PluginWorker"),
            limits: limits)
        change(&options)
        return try PluginRegistry(options)
    }

    /// Compiles a mock of this id, which is also its kind.
    @discardableResult
    func drop(_ name: String, in folder: String? = nil, _ macros: [String: String] = [:]) async throws -> String {
        let path = "\(folder ?? workspace)/\(name).so"
        var all = ["MOCK_ID": "\"\(name)\"", "MOCK_KIND": "\"\(name)\""]
        all.merge(macros) { _, new in new }
        let draft = "\(self.folder)/\(UUID().uuidString)"
        try await MockPlugins.build(draft, all)
        chmod(draft, 0o755)
        guard rename(draft, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        return path
    }
}

extension PluginInfo {
    /// The text of a state that is not ready.
    var reason: String {
        switch state {
        case .ready: ""
        case .refused(let text), .quarantined(let text): text
        }
    }
    var isReady: Bool { state == .ready }
    var isQuarantined: Bool { if case .quarantined = state { true } else { false } }
}
