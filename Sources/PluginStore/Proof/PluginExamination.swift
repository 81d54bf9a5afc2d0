import Diagnostics
package import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Asks a library what it is, as the daemon would: in a worker, from a private copy, with the checks of its file. That runs
/// its code, so it is done by a process of its own, in the confinement of the build.
package struct PluginExamination: Sendable {
    /// What the process prints.
    package struct Answer: Sendable, Codable {
        package var declaration: PluginDeclaration?
        package var reasons: [String]
    }
    private let program: String

    /// - Parameter program: absolute path of `host`.
    package init(program: String) { self.program = program }

    /// The name of the hidden command that answers with `look`.
    package static let command = "examine"

    /// - Parameters:
    ///   - folder: holds the library and nothing else.
    ///   - cache: for the copy; goes with the folder of the build, so that nothing of a refused plugin is remembered.
    /// - Throws: `plugin.unproven`.
    func describe(in folder: String, cache: String, place: PluginPlace, _ room: Confinement) async throws(Failure)
        -> PluginDeclaration
    {
        let result = await room.run([program, "plugin", Self.command, folder, cache], timeout: .seconds(60))
        guard result.succeeded,
            let answer = try? JSONDecoder().decode(Answer.self, from: Data(result.standardOutput))
        else {
            throw Failure(
                .pluginUnproven, "the library that \(place) builds could not be examined",
                cause: "\(result.end) \(TextScrubber.scrub(result.standardError.prefix(1000)))")
        }
        if let declaration = answer.declaration { return declaration }
        throw Failure(
            .pluginUnproven, "the library that \(place) builds is no plugin that this host can use",
            remedy: "its author finds the reason with `host test-plugin`",
            cause: TextScrubber.scrub(answer.reasons.map(Self.withoutRemedy).joined(separator: "; ")))
    }

    /// For the process that is asked.
    ///
    /// - Parameter worker: absolute path of `PluginWorker`.
    package static func look(in folder: String, cache: String, worker: String) async throws(Failure) -> Answer {
        let registry = try PluginRegistry(.init(searchPath: [folder], cacheDirectory: cache, worker: worker))
        if let plugin = await registry.readyPlugins().first {
            return Answer(declaration: PluginDeclaration(plugin.description), reasons: [])
        }
        return Answer(
            declaration: nil,
            reasons: await registry.list().map { info in
                switch info.state {
                case .refused(let reason), .quarantined(let reason): reason
                case .ready: "it has no description"
                }
            })
    }

    /// A quarantine that ends with this command cannot be cleared.
    private static func withoutRemedy(_ reason: String) -> String {
        String(reason.firstRange(of: "; to try it again:").map { reason[..<$0.lowerBound] } ?? reason[...])
    }
}
