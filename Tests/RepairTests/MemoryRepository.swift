import Model

@testable import Repair

/// A repository in memory: each revision is a set of files. Strict: what was never committed cannot be read.
actor MemoryRepository: RepairRepository {
    struct Entry: Hashable {
        var content: [UInt8]
        var kind: TreeEntryKind = .file(isExecutable: false)
    }

    private var trees: [Revision: [String: Entry]] = [:]
    private(set) var messages: [Revision: String] = [:]
    private(set) var main: Revision
    private(set) var branches: [String: Revision] = [:]
    private var counter = 1
    /// How many publications still meet a main that has moved.
    private var moves = 0
    private var away = false

    init(_ files: [String: String], links: [String] = []) {
        var tree = files.mapValues { Entry(content: Array($0.utf8)) }
        for link in links { tree[link] = Entry(content: Array("/etc".utf8), kind: .symbolicLink) }
        main = Self.id(1)
        trees[main] = tree
        messages[main] = "start"
    }

    static func id(_ number: Int) -> Revision {
        let digits = String(number, radix: 16)
        guard let id = Revision(String(repeating: "0", count: 40 - digits.count) + digits) else {
            preconditionFailure()
        }
        return id
    }

    func moveMain(times: Int) { moves = times }
    func goAway() { away = true }
    func text(_ path: String, at revision: Revision? = nil) -> String? {
        trees[revision ?? main]?[path].map { String(decoding: $0.content, as: UTF8.self) }
    }

    func tip() throws(Failure) -> Revision {
        if away { throw Failure(.init("git.connect"), "origin is away", scheduling: .retry) }
        return main
    }

    func kind(of path: String, at revision: Revision) throws(Failure) -> TreeEntryKind? {
        guard let tree = trees[revision] else { throw Failure(.init("git.not-found"), "no such revision") }
        if let entry = tree[path] { return entry.kind }
        return tree.keys.contains { $0.hasPrefix(path + "/") } ? .directory : nil
    }

    func content(of path: String, at revision: Revision) throws(Failure) -> [UInt8]? {
        guard let tree = trees[revision] else { throw Failure(.init("git.not-found"), "no such revision") }
        return tree[path]?.content
    }

    func commit(_ edits: [FileEdit], onto parent: Revision, message: String) throws(Failure) -> Revision {
        guard var tree = trees[parent] else { throw Failure(.init("git.not-found"), "no such revision") }
        for edit in edits {
            if let content = edit.content {
                tree[edit.path] = Entry(content: content, kind: .file(isExecutable: edit.isExecutable))
            } else {
                tree[edit.path] = nil
            }
        }
        counter += 1
        let id = Self.id(counter)
        trees[id] = tree
        messages[id] = message
        return id
    }

    func publish(_ commit: Revision, expecting base: Revision, to publication: Publication) throws(Failure)
        -> PublicationResult
    {
        if moves > 0 {
            moves -= 1
            main = try self.commit([FileEdit(path: "elsewhere-\(moves)", content: [1])], onto: main, message: "other")
        }
        switch publication {
        case .main:
            guard main == base else { return .moved(main) }
            main = commit
        case .branch(let name):
            branches[name] = commit
        }
        return .published
    }

    func commit(withFeedback id: String, branch: String) -> Revision? {
        for revision in [main, branches[branch]].compactMap({ $0 }) {
            if CommitMessage.feedbackID(in: messages[revision] ?? "") == id { return revision }
        }
        return nil
    }
}

/// Answers a verification by looking for words in the service's files.
struct WordVerifier: RepairVerifier {
    var repository: MemoryRepository
    var services: [Service]
    /// A file that holds this word does not build.
    var bad = "BROKEN"
    var status: StageStatus?

    func services(at revision: Revision) async throws(Failure) -> [Service] { services }

    func verify(_ commit: Revision, service: Service, events: @escaping @Sendable (StageEvent) -> Void)
        async throws(Failure) -> [StageOutcome]
    {
        if let status { return [StageOutcome(stage: .build, status: status, summary: "no toolchain")] }
        let path = service.path + "/main.swift"
        let lines = (await repository.text(path, at: commit) ?? "").split(separator: "\n")
        let errors = lines.filter { $0.contains(bad) }.map { line in
            Diagnostic(.error, code: "swift.compile", message: "bad: \(line)", location: .init(file: "main.swift"))
        }
        var outcome = StageOutcome(
            stage: .build, status: errors.isEmpty ? .ok : .failed, summary: errors.isEmpty ? "built" : "does not build")
        outcome.diagnostics = errors
        return [outcome]
    }
}

actor MemoryJournal: RepairJournal {
    private(set) var phases: [String] = []
    private(set) var digests: [String: String] = [:]
    func received(id: String, file: String, digest: String) { digests[id] = digest }
    func phase(id: String, phase: String, detail: String) { phases.append(phase) }
    func decided(_ verdict: Verdict) { phases.append("decided \(verdict.decision.rawValue)") }
    func digest(of id: String) -> String? { digests[id] }
}
