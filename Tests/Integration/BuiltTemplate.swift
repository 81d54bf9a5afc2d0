import Foundation
import Samples
import TestSupport

/// A plugin from `host new-plugin`, built as its README says; once for a test run.
struct BuiltTemplate: Sendable {
    let language: PluginTemplate.Language
    /// The package's folder.
    let folder: String
    let library: String
    var kind: String { "pages-\(language.rawValue)" }

    private static let root = FileManager.default.temporaryDirectory.path + "/deployer-templates-\(UUID().uuidString)"

    private static let builds: [PluginTemplate.Language: Task<BuiltTemplate, any Error>] = {
        atexit { try? FileManager.default.removeItem(atPath: BuiltTemplate.root) }
        return Dictionary(
            uniqueKeysWithValues: PluginTemplate.Language.allCases.map { language in
                (language, Task { try await build(language) })
            })
    }()

    /// The languages whose tools are here; the others' tests say what is missing.
    static let available = PluginTemplate.Language.allCases.filter { missingTool(for: $0) == nil }

    static func missingTool(for language: PluginTemplate.Language) -> String? {
        let tools: [String] =
            switch language {
            case .swift: ["swift"]
            case .c: ["make", "cc"]
            case .rust: ["cargo", "rustc"]
            }
        let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        return tools.first { tool in !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
        }
    }

    static func of(_ language: PluginTemplate.Language) async throws -> BuiltTemplate {
        guard let task = builds[language] else { throw PeerError("no template in \(language)") }
        return try await task.value
    }

    private static func build(_ language: PluginTemplate.Language) async throws -> BuiltTemplate {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let name = "my-\(language.rawValue)-pages"
        let template = try PluginTemplate(name: name, language: language.rawValue, kind: "pages-\(language.rawValue)")
        var environment = ProcessInfo.processInfo.environment
        // A build of its own, not a part of the one that runs the tests.
        for key in environment.keys where key.hasPrefix("SWIFT") { environment[key] = nil }
        let made = try await HostProcess.run(
            ["new-plugin", name, "--language", language.rawValue, "--kind", template.kind], in: root,
            environment: environment)
        guard made.status == 0, made.output.contains(template.build.joined(separator: " ")) else {
            throw PeerError("new-plugin: \(made.text)")
        }
        let built = try await HostProcess.run(
            template.build, in: "\(root)/\(name)", environment: environment, program: "/usr/bin/env")
        guard built.status == 0 else { throw PeerError("\(template.build): \(built.text)") }
        return BuiltTemplate(
            language: language, folder: "\(root)/\(name)", library: "\(root)/\(name)/\(template.library)")
    }
}
