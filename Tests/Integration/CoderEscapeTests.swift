import Foundation
import TestSupport
import Testing

/// What an agent in its sandbox leaves in the working tree for the daemon to read afterwards.
@Suite(.serialized) struct CoderEscapeTests {
    /// A service that does not build, and an agent in the sandbox: a script that stands in the working tree.
    private func with(_ script: String, _ body: (Workspace, Scripted) async throws -> Void) async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        let quoted = String(decoding: try JSONEncoder().encode(script), as: UTF8.self)
        files["deployer.yaml"] = """
            coder: command
            coders: {command: [/bin/sh, -c, \(quoted), agent, "{prompt_file}"], attempts: 1}
            services: {alpha: {kind: scripted}}

            """
        try await Workspace.with(files, environment: ["DISPATCHER_USE_PRS": "0"]) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit([service.path("source.txt"): Scripted.brokenSource])
            try await body(workspace, service)
        }
    }

    /// Everything below the workspace that a file's text is found in.
    private func holders(of text: String, _ workspace: Workspace) -> [String] {
        let names = FileManager.default.enumerator(atPath: workspace.root)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            guard let data = FileManager.default.contents(atPath: workspace.path(name)) else { return false }
            return data.range(of: Data(text.utf8)) != nil
        }
    }

    @Test func aLinkInPlaceOfTheServiceIsNotFollowed() async throws {
        let secrets = FileManager.default.temporaryDirectory.path + "/deployer-secrets-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: secrets + "/alpha", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: secrets) }
        try "nobody-may-read-this".write(toFile: secrets + "/alpha/id_rsa", atomically: true, encoding: .utf8)
        for script in [
            "rm -r repos && ln -s \(secrets) repos", "rm -r repos/alpha && ln -s \(secrets)/alpha repos/alpha",
        ] {
            try await with(script) { workspace, _ in
                let result = try await workspace.once()
                #expect(result.output.contains("asking the coder"), "\(result.text)")
                #expect(!result.text.contains("nobody-may-read-this"), "\(result.text)")
                #expect(holders(of: "nobody-may-read-this", workspace).isEmpty, "\(result.text)")
            }
        }
    }

    #if canImport(Glibc)
        private static let children = RUSAGE_CHILDREN.rawValue
    #else
        private static let children = RUSAGE_CHILDREN
    #endif

    /// It has no blocks on the disk, and would have every byte in the daemon's memory.
    @Test func aHugeFileIsNotReadIntoMemory() async throws {
        try await with("truncate -s 6G repos/alpha/huge; sed -i s/wrong/fourth/ repos/alpha/source.txt") {
            workspace, service in
            let result = try await workspace.once()
            #expect(result.output.contains("the coder's patch is good"), "\(result.text)")
            #expect(try await workspace.content(service.path("source.txt"))?.contains("fourth") == true)
            var usage = rusage()
            #expect(getrusage(Self.children, &usage) == 0 && usage.ru_maxrss < 4 << 20, "\(usage.ru_maxrss) KiB")
        }
    }

    /// What fills a disk does not stay until somebody asks again, however deep it lies.
    @Test func nothingOfTheWorkingTreeStays() async throws {
        let script = """
            sed -i s/wrong/fourth/ repos/alpha/source.txt; name=$(printf '%0200d' 1); \
            for n in $(seq 1500); do mkdir $name && cd -P $name || exit 0; done
            """
        try await with(script) { workspace, _ in
            let result = try await workspace.once()
            #expect(result.output.contains("the coder's patch is good"), "\(result.text)")
            let left = workspace.names(".deployer/worktrees").filter { $0.contains("coder") }
            #expect(left.isEmpty, "\(left)")
        }
    }
}
