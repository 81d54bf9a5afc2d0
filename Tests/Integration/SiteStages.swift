import Foundation
import Model
import Samples
import Stages
import TestSupport
import Testing

/// One service of a template's kind: folders, options and what was remembered of it.
final class SiteStages {
    let root: String
    private let runner: PluginRunner
    private let kind: String
    var revision: Character = "a"
    var state: [UInt8]?
    var options: [String: JSONValue] = [:]

    var source: String { "\(root)/source" }
    private var releases: String { "\(root)/releases" }

    static func with(_ language: PluginTemplate.Language, _ body: (SiteStages) async throws -> Void) async throws {
        let template = try await BuiltTemplate.of(language)
        try await ScratchDirectory.with { root in
            try await body(try SiteStages(root, template))
        }
    }

    private init(_ root: String, _ template: BuiltTemplate) throws {
        self.root = root
        kind = template.kind
        let plugins = "\(root)/plugins"
        for folder in ["source", "scratch", "releases", "plugins"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
        }
        chmod(root, 0o755)
        try FileManager.default.copyItem(atPath: template.library, toPath: "\(plugins)/\(template.kind).so")
        chmod("\(plugins)/\(template.kind).so", 0o755)
        let worker = HostProcess.binaries + "/PluginWorker"
        let registry = try PluginRegistry(
            .init(searchPath: [plugins], cacheDirectory: "\(root)/cache", worker: worker, limits: WorkerLimits()))
        runner = PluginRunner(catalog: registry, worker: worker, services: HostServices())
    }

    static func revision(_ digit: Character) -> String { String(repeating: digit, count: 40) }

    func run(_ stage: String, timeout: Duration = .seconds(60)) async -> StageOutcome {
        guard let name = ServiceName("pages"), let revision = Revision(Self.revision(revision)) else {
            return StageOutcome(stage: .build, status: .failed, summary: "the test's own names are wrong")
        }
        var service = Service(name: name, path: "repos/pages", kind: kind)
        service.options = .object(options)
        let request = StageRequest(
            operation: UUID().uuidString, service: service, stage: Stage(rawValue: stage), sourceDirectory: source,
            scratchDirectory: "\(root)/scratch", releaseDirectory: releases, revision: revision, state: state,
            timeout: timeout)
        return await runner.run(request) { _ in }
    }

    func write(_ files: [String: String]) throws {
        for (path, text) in files {
            let url = URL(filePath: "\(source)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(source)/\(path)") }

    func live(_ path: String) -> String? {
        try? String(contentsOfFile: "\(releases)/current/\(path)", encoding: .utf8)
    }

    func release(_ digit: Character) -> String { "\(releases)/\(Self.revision(digit))" }

    /// What lies beside the releases, too.
    func names() -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: releases)) ?? []).sorted() }

    /// The output `plan`: `update index.html`, by path.
    func changes(_ outcome: StageOutcome) throws -> [String] {
        struct Change: Decodable {
            var action, subject, reason: String
        }
        let text = try #require(outcome.outputs["plan"])
        let changes = try JSONDecoder().decode([Change].self, from: Data(text.utf8))
        #expect(changes.allSatisfy { !$0.reason.isEmpty })
        return changes.sorted { $0.subject < $1.subject }.map { "\($0.action) \($0.subject)" }
    }
}
