import Model

/// A repository as it would be with some files changed: the patches of one feedback build on each other.
struct OverlayRepository: RepairRepository {
    let below: any RepairRepository
    let edits: [String: FileEdit]

    init(_ below: any RepairRepository, _ edits: [FileEdit]) {
        self.below = below
        self.edits = Dictionary(edits.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    }

    func tip() async throws(Failure) -> Revision { try await below.tip() }
    func followed() async throws(Failure) -> Revision? { try await below.followed() }

    func kind(of path: String, at revision: Revision) async throws(Failure) -> TreeEntryKind? {
        if let edit = edits[path] { return edit.content == nil ? nil : .file(isExecutable: edit.isExecutable) }
        // A folder that only a file of the changes is in.
        let isFolder = edits.contains { $0.value.content != nil && $0.key.hasPrefix(path + "/") }
        return isFolder ? .directory : try await below.kind(of: path, at: revision)
    }

    func content(of path: String, at revision: Revision, limit: Int) async throws(Failure) -> [UInt8]? {
        if let edit = edits[path] { return edit.content }
        return try await below.content(of: path, at: revision, limit: limit)
    }

    func files(endingIn end: String, at revision: Revision) async throws(Failure) -> [String] {
        var paths = Set(try await below.files(endingIn: end, at: revision))
        for edit in edits.values where edit.path.hasSuffix(end) {
            if edit.content == nil { paths.remove(edit.path) } else { paths.insert(edit.path) }
        }
        return paths.sorted()
    }

    func merge(base: [UInt8], ours: [UInt8], theirs: [UInt8]) async throws(Failure) -> [UInt8]? {
        try await below.merge(base: base, ours: ours, theirs: theirs)
    }

    func commit(_ edits: [FileEdit], onto parent: Revision, message: String) async throws(Failure) -> Revision {
        try await below.commit(edits, onto: parent, message: message)
    }

    func publish(_ commit: Revision, expecting base: Revision, to publication: Publication) async throws(Failure)
        -> PublicationResult
    {
        try await below.publish(commit, expecting: base, to: publication)
    }

    func parent(of commit: Revision) async throws(Failure) -> Revision? { try await below.parent(of: commit) }
    func changes(of commit: Revision) async throws(Failure) -> [String] { try await below.changes(of: commit) }
    func contains(_ commit: Revision, in tip: Revision) async throws(Failure) -> Bool {
        try await below.contains(commit, in: tip)
    }
    func refusal(of edits: [FileEdit], onto base: Revision) async throws(Failure) -> String? {
        try await below.refusal(of: edits, onto: base)
    }

    func proposal(at branch: String) async throws(Failure) -> Proposal? { try await below.proposal(at: branch) }
}
