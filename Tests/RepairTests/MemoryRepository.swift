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
    private var parents: [Revision: Revision] = [:]
    private var refusal: Failure?
    private var refusals: [[FileEdit]: String] = [:]
    private(set) var main: Revision
    private(set) var branches: [String: Revision] = [:]
    private var counter = 1
    /// How many publications still meet a main that has moved.
    private var moves = 0
    private var movesIn = ""
    private var away = false
    /// What a look at origin waits for.
    private var silence: RepairQueueTests.Gate?

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

    func moveMain(times: Int, in folder: String) { (moves, movesIn) = (times, folder) }
    func goAway() { away = true }
    func beSilent(until gate: RepairQueueTests.Gate) { silence = gate }
    /// Every publication fails so from now on; nil: no more.
    func refuse(_ failure: Failure?) { refusal = failure }
    /// Somebody else's commit on main. nil removes a file.
    func commitToMain(_ path: String, _ text: String?) throws(Failure) {
        main = try commit([FileEdit(path: path, content: text.map { Array($0.utf8) })], onto: main, message: "other")
    }
    /// Somebody else's commit on a branch.
    func put(_ revision: Revision, on branch: String) { branches[branch] = revision }
    func text(_ path: String, at revision: Revision? = nil) -> String? {
        trees[revision ?? main]?[path].map { String(decoding: $0.content, as: UTF8.self) }
    }

    func tip() async throws(Failure) -> Revision {
        await silence?.pass()
        if away { throw Failure(.init("git.connect"), "origin is away", scheduling: .retry) }
        return main
    }

    func followed() -> Revision? { main }

    /// Names and contents of all that lies in a folder.
    func digest(of folder: String, at revision: Revision) -> String {
        (trees[revision] ?? [:]).filter { $0.key.hasPrefix(folder + "/") }.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.content)" }.joined(separator: ";")
    }

    func kind(of path: String, at revision: Revision) throws(Failure) -> TreeEntryKind? {
        guard let tree = trees[revision] else { throw Failure(.init("git.not-found"), "no such revision") }
        if let entry = tree[path] { return entry.kind }
        return tree.keys.contains { $0.hasPrefix(path + "/") } ? .directory : nil
    }

    func content(of path: String, at revision: Revision, limit: Int) throws(Failure) -> [UInt8]? {
        guard let tree = trees[revision] else { throw Failure(.init("git.not-found"), "no such revision") }
        guard let content = tree[path]?.content else { return nil }
        guard content.count <= limit else { throw Failure(.refused, "'\(path)' has \(content.count) bytes") }
        return content
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
        parents[id] = parent
        return id
    }

    func publish(_ commit: Revision, expecting base: Revision, to publication: Publication) throws(Failure)
        -> PublicationResult
    {
        if let refusal { throw refusal }
        if moves > 0 {
            moves -= 1
            main = try self.commit(
                [FileEdit(path: "\(movesIn)elsewhere-\(moves)", content: [1])], onto: main, message: "other")
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

    func files(endingIn end: String, at revision: Revision) -> [String] {
        (trees[revision] ?? [:]).keys.filter { $0.hasSuffix(end) }.sorted()
    }

    /// Good enough for tests: one side may have changed anything, or both the same.
    func merge(base: [UInt8], ours: [UInt8], theirs: [UInt8]) -> [UInt8]? {
        if ours == theirs || base == theirs { return ours }
        return base == ours ? theirs : nil
    }

    func parent(of commit: Revision) -> Revision? { parents[commit] }

    func changes(of commit: Revision) -> [String] {
        let (old, new) = (parents[commit].flatMap { trees[$0] } ?? [:], trees[commit] ?? [:])
        return Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
    }

    func contains(_ commit: Revision, in tip: Revision) -> Bool {
        sequence(first: tip, next: { self.parents[$0] }).contains(commit)
    }

    func refusal(of edits: [FileEdit], onto base: Revision) -> String? { refusals[edits] }
    func refuse(_ edits: [FileEdit], because reason: String) { refusals[edits] = reason }

    func proposal(at branch: String) -> Proposal? {
        branches[branch].map { Proposal(commit: $0, feedback: CommitMessage.feedbackID(in: messages[$0] ?? "")) }
    }
}

extension RepairEngine {
    /// Decides with nobody beside it.
    func decide(_ feedback: Feedback, file: String, digest: String, origin: FeedbackOrigin = .folder)
        async throws(Failure) -> Verdict
    {
        let place = await queue.take(id: feedback.id, isAction: feedback.action != nil)
        let result: Result<Verdict, Failure>
        do throws(Failure) {
            result = .success(
                try await decide(feedback, file: file, digest: digest, origin: origin, place: place))
        } catch {
            result = .failure(error)
        }
        await queue.leave(place)
        return try result.get()
    }
}

/// As the history keeps it: what is not `done` is gone on with.
actor MemoryJournal: RepairJournal {
    private(set) var phases: [String] = []
    private(set) var digests: [String: String] = [:]
    private var open: [String: RepairProgress] = [:]
    private var earlier: [String: Revision] = [:]
    private var first: [String: Verdict] = [:]

    func received(id: String, file: String, digest: String) -> RepairProgress {
        digests[id] = digest
        let progress = open[id] ?? RepairProgress(earlier: earlier[id])
        open[id] = progress
        return progress
    }

    func enter(_ phase: RepairPhase, id: String) {
        switch phase {
        case .located: phases.append("located")
        case .trying: phases.append("trying")
        case .committed(let commit):
            phases.append("committed")
            open[id]?.commit = commit
        case .pushed: phases.append("pushed")
        }
    }

    func decided(_ verdict: Verdict) {
        phases.append("decided \(verdict.decision.rawValue)")
        open[verdict.feedback]?.verdict = verdict
    }

    func digest(of id: String) -> String? { digests[id] }

    func isOpen(_ id: String) -> Bool { open[id] != nil }
    func firstVerdict(of id: String) -> Verdict? { open[id] == nil ? first[id] : nil }

    /// The file is put away.
    func done(_ id: String) {
        guard let verdict = open.removeValue(forKey: id)?.verdict else { return }
        earlier[id] = verdict.commit ?? earlier[id]
        if first[id] == nil, !verdict.leavesIDFree { first[id] = verdict }
    }

    /// A kill before the verdict was kept.
    func forgetVerdict(of id: String) { open[id]?.verdict = nil }
}

/// Remembers what was asked for.
actor MemoryActions: RepairActions {
    private(set) var taken: [String] = []

    func take(_ action: Feedback.Action, of service: Service, feedback: String) -> String {
        taken.append("\(action.rawValue) \(service.name) \(feedback)")
        return "it is done"
    }
}
