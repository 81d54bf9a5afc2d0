import Git
import Model
import Repair
import Samples

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The sample that `make run` shows: a bare origin, a clone of it, and a small Swift web service in both.
struct DemoWorkspace: Sendable {
    let folder: String
    let service: SampleService
    let client: RemoteClient

    var origin: String { folder + "/origin.git" }
    var workspace: String { folder + "/workspace" }
    private var source: String { "repos/\(service.name)" }

    /// What the broken commit wanted to say, and the repaired one does.
    private var next: SampleService {
        SampleService(name: service.name, port: service.port, greeting: "\(service.name) 2")
    }

    private var signature: Signature {
        Signature(Identity(name: "codex-deployer demo", email: "demo@localhost"))
    }

    /// Makes what is missing; a demo that is there already is left as it is. Returns false in that case.
    func make() async throws(Failure) -> Bool {
        if FileManager.default.fileExists(atPath: origin) { return false }
        let others = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        guard others.isEmpty else {
            throw Failure(
                .init("usage.demo"), "'\(folder)' is not empty and no sample: it holds '\(others[0])'",
                remedy: "name a folder that is not there yet; without one it is '.demo'")
        }
        try makeFolder(folder)
        let repository = try await GitRepository.initialise(origin, isBare: true)
        var edits = service.files.map { path, text in
            TreeEdit.write(path: "\(source)/\(path)", content: Array(text.utf8))
        }
        edits.append(.write(path: "deployer.yaml", content: Array(configuration.utf8)))
        edits.append(.write(path: ".gitignore", content: Array(Self.ignored.utf8)))
        let tree = try await repository.edit(tree: nil, edits)
        let first = try await repository.commit(
            CommitDraft(
                tree: tree, parents: [], message: "Add the sample service '\(service.name)'\n", author: signature),
            to: "refs/heads/main", expecting: .absent)
        try await clone(first)
        return true
    }

    /// Pushes a commit that does not compile, as a careless colleague would.
    func pushBrokenCommit() async throws(Failure) -> Revision {
        let text = Samples.brokenRoutes(name: next.name, port: next.port, greeting: next.greeting)
        return try await push(
            [Samples.routesPath: text], "Answer in a new way\n\nIt does not compile: a name is misspelt.\n")
    }

    /// The feedback that repairs `pushBrokenCommit`, as JSON.
    func repair() async throws(Failure) -> String {
        let repository = try await GitRepository.open(origin)
        let path = "\(source)/\(Samples.routesPath)"
        guard let main = try await repository.revision(of: "refs/heads/main"),
            let good = next.files[Samples.routesPath]
        else {
            throw Failure(.init("demo.missing"), "'\(origin)' has no commit", remedy: "remove .demo and begin anew")
        }
        let tree = try await repository.tree(of: main)
        let mended = try await repository.edit(tree: tree, [.write(path: path, content: Array(good.utf8))])
        let diff = try await repository.diff(fromTree: tree, toTree: mended).text
        let feedback = Feedback(
            id: "demo-repair", description: "Spell the greeting's name right", target: service.name, patch: diff)
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(FeedbackDocument(feedback)), as: UTF8.self) + "\n"
        } catch {
            throw Failure(.init("demo.json"), "cannot write the feedback", cause: "\(error)")
        }
    }

    /// Commits files of the service on top of origin's main.
    func push(_ files: [String: String], _ message: String) async throws(Failure) -> Revision {
        let repository = try await GitRepository.open(origin)
        guard let main = try await repository.revision(of: "refs/heads/main") else {
            throw Failure(.init("demo.missing"), "'\(origin)' has no commit", remedy: "remove .demo and begin anew")
        }
        let edits = files.map { TreeEdit.write(path: "\(source)/\($0)", content: Array($1.utf8)) }
        let tree = try await repository.edit(tree: try await repository.tree(of: main), edits)
        return try await repository.commit(
            CommitDraft(tree: tree, parents: [main], message: message, author: signature), to: "refs/heads/main",
            expecting: .revision(main))
    }

    private func clone(_ first: Revision) async throws(Failure) {
        let clone = try await GitRepository.initialise(workspace)
        try await clone.setRemote("origin", url: origin)
        let remote = GitRemote(url: try RemoteURL(origin))
        _ = try await client.fetch(
            remote, into: workspace, refspecs: ["+refs/heads/*:refs/remotes/origin/*"])
        _ = try await clone.fastForward(to: first)
    }

    private func makeFolder(_ path: String) throws(Failure) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failure(.init("demo.folder"), "cannot make '\(path)'", cause: "\(error)")
        }
    }

    private var configuration: String {
        """
        # What the deployer does with this repository; `host init` writes a commented one, Documentation/Configuration.md
        # explains every key.
        services:
          \(service.name):
            path: \(source)
            kind: swift
            environment:
              PORT: "\(service.port)"
            health:
              http: http://127.0.0.1:\(service.port)/health
              interval: 500ms
              attempts: 20

        # How often origin is looked at; a minute without this line.
        interval: 2s

        # A verified patch goes straight to main here; without this line it would wait on a branch, codex/<id>, for people.
        use_prs: false

        """
    }

    static let ignored = """
        .deployer/
        logs/
        feedback/applied/
        feedback/rejected/
        dispatcher.env

        """
}
