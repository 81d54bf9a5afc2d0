import Diagnostics
import Git
package import Model
import Stages
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Plugins from git: fetched, built, proven, agreed to, installed and pinned.
///
/// What is changed on disk is written down before (see `StoreJournal`), so that the next command after a kill finds either
/// the old set or the new one. Only one command changes a workspace at a time.
package struct PluginStore: Sendable {
    let places: PluginPlaces
    let fetch: SourceFetch
    let builder: PluginBuilder
    let examination: PluginExamination
    let prover: any PluginProving
    let consent: any PluginConsent
    /// The plugins that the daemon would find now.
    let others: @Sendable () async throws(Failure) -> [PluginInfo]
    let say: @Sendable (String) -> Void
    /// Builds that are shut in may use the network, by the word of whoever gave this command.
    let isOnline: Bool

    package init(
        places: PluginPlaces, fetch: SourceFetch, builder: PluginBuilder, examination: PluginExamination,
        prover: any PluginProving, consent: any PluginConsent, isOnline: Bool = false,
        others: @escaping @Sendable () async throws(Failure) -> [PluginInfo],
        say: @escaping @Sendable (String) -> Void
    ) {
        self.places = places
        self.fetch = fetch
        self.builder = builder
        self.examination = examination
        self.prover = prover
        self.consent = consent
        self.isOnline = isOnline
        self.others = others
        self.say = say
    }

    // MARK: what there is

    package func lock() throws(Failure) -> PluginLock { try Self.lock(at: places) }

    /// The set as the operator's checkout has it.
    package static func lock(at places: PluginPlaces) throws(Failure) -> PluginLock {
        guard access(places.lock, F_OK) == 0 else { return PluginLock() }
        guard let bytes = LibrarySearch.read(places.lock), bytes.count <= PluginLock.largest else {
            throw Failure(
                .pluginLock, "'\(places.lock)' cannot be read, or is no small file", cause: Files.lastError)
        }
        return try PluginLock(reading: bytes)
    }

    func journal() throws(Failure) -> StoreJournal { StoreJournal(places: places, record: try .load(places.record)) }

    /// Does `body` alone, with what an earlier command left half done finished first, and no build left behind.
    func alone<Result>(_ body: (inout StoreJournal) async throws(Failure) -> Result) async throws(Failure) -> Result {
        let key = try StoreGuard(places.guardFile)
        defer { withExtendedLifetime(key) {} }
        var journal = try journal()
        if let note = try journal.recover() { say(note) }
        return try await body(&journal)
    }

    /// Does `body` with a folder for one build.
    func withFolder<Result>(
        for place: PluginPlace, _ body: (BuildFolder) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let folder = try BuildFolder(in: places.builds, for: place) { SHA256.hex(of: Array($0.utf8)) }
        let result: Swift.Result<Result, Failure>
        do throws(Failure) { result = .success(try await body(folder)) } catch { result = .failure(error) }
        try folder.remove()
        rmdir(places.builds)
        return try result.get()
    }

    // MARK: from sources to a proposal

    /// A library that is built and proven and waits for consent.
    struct Prepared: Sendable {
        var source: PluginSource
        var choice: RevisionChoice
        var bytes: [UInt8]
        var library: LibraryFile
        var proposal: PluginProposal
        var pin: PluginPin { PluginPin(source, choice, digest: proposal.digest, proposal.declaration) }
    }

    /// Fetches, builds, examines and proves.
    ///
    /// - Parameters:
    ///   - pinned: the commit to build; nil takes where the revision is now.
    ///   - isOnline: whether a shut-in build may use the network.
    func prepare(
        _ source: PluginSource, pinned: PluginPin? = nil, in folder: BuildFolder, isOnline: Bool,
        _ journal: StoreJournal
    ) async throws(Failure) -> Prepared {
        say("fetching \(source.url)")
        let fetched = try await fetch.fetch(source.url, into: folder.repository)
        let choice = try await self.choice(of: source, pinned: pinned, fetched)
        let repository = fetched.repository
        try await checkFolder(source, in: choice.commit, of: repository)
        let epoch = try await repository.commit(choice.commit).committer.time.microseconds / 1_000_000
        let committed = try await repository.files(under: "", in: choice.commit).map(\.path)
        _ = try await GitWorktree(repository: folder.repository, name: "source", path: folder.sources)
            .update(to: choice.commit)
        say("building \(source.place) at \(choice.commit.short)")
        let room = try await builder.confine(folder, epoch: epoch, isOnline: isOnline)
        let built = try await builder.build(source, in: folder, committed: committed, room)
        let trial = isOnline ? try await builder.confine(folder, epoch: epoch, isOnline: false) : room
        let draft = "\(folder.staged)/plugin.so"
        try DurableFile.replace(draft, with: built.bytes, mode: 0o755)
        say("examining \(built.path)")
        let declaration = try await examination.describe(
            in: folder.staged, cache: folder.examination, place: source.place, trial)
        try await checkConflicts(declaration, source.place, digest: built.digest, journal)
        say("proving \(built.path)")
        let proof = await prover.prove(
            ProofSubject(library: draft, example: built.example, options: built.options), in: trial)
        guard proof.isProven else { throw Self.unproven(declaration, source.place, proof) }
        guard let library = LibraryFile(built.bytes) else {
            throw Failure(.pluginLibrary, "'\(built.path)' is no library")
        }
        return Prepared(
            source: source, choice: choice, bytes: built.bytes, library: library,
            proposal: PluginProposal(
                url: source.url.text, path: source.path, follows: Self.words(choice.reference),
                commit: choice.commit.hex, declaration: declaration, digest: built.digest,
                file: PluginPin.file(of: declaration.id), builtAs: built.path, builtWith: built.system,
                isolation: built.isolation, isIsolated: built.isIsolated, needed: built.needed,
                hasOpenDependencies: built.hasOpenDependencies, proof: proof, changes: [], demands: [], notes: []))
    }

    private func choice(of source: PluginSource, pinned: PluginPin?, _ fetched: SourceFetch.Fetched)
        async throws(Failure) -> RevisionChoice
    {
        guard let pinned else { return try await fetch.choose(source, from: fetched) }
        guard let commit = ObjectID(pinned.commit), (try? await fetched.repository.commit(commit)) != nil else {
            throw Failure(
                .pluginRevision,
                "no branch or tag of \(source.url) leads to \(pinned.commit.prefix(12)), where '\(pinned.id)' is pinned",
                remedy: "its history was rewritten: look at what became of it, then `host plugin update \(pinned.id)`")
        }
        return RevisionChoice(reference: pinned.reference, commit: commit)
    }

    /// The folder of the manifest must be one in the commit: a link could lead anywhere.
    private func checkFolder(_ source: PluginSource, in commit: Revision, of repository: GitRepository)
        async throws(Failure)
    {
        guard !source.path.isEmpty else { return }
        guard let entry = try await repository.entry(at: source.path, in: commit), entry.mode == .tree else {
            throw Failure(
                .pluginManifest, "\(source.url) has no folder '\(source.path)' at \(commit.short)",
                remedy: "name the folder of the manifest with --path, relative to the repository's root")
        }
    }

    static func words(_ reference: String?) -> String {
        guard let reference else { return "commit" }
        for (prefix, word) in [("refs/heads/", "branch"), ("refs/tags/", "tag")] where reference.hasPrefix(prefix) {
            return "\(word) \(reference.dropFirst(prefix.count))"
        }
        return reference
    }

    private static func unproven(_ declaration: PluginDeclaration, _ place: PluginPlace, _ proof: ProofVerdict)
        -> Failure
    {
        guard !proof.failed.isEmpty else {
            return Failure(.pluginUnproven, "'\(declaration.id)' of \(place) could not be tested: no check was made")
        }
        let list = proof.failed.prefix(20).map { "\n  \($0.name): \(TextScrubber.scrub($0.message))" }.joined()
        return Failure(
            .pluginUnproven,
            "'\(declaration.id)' of \(place) fails \(proof.failed.count) of \(proof.checks) checks, and is not installed",
            remedy: "its author sees the same with `host test-plugin`", cause: list + "\n")
    }

    // MARK: others

    /// - Throws: `plugin.conflict` when id, a kind or the file is somebody else's.
    private func checkConflicts(
        _ declaration: PluginDeclaration, _ place: PluginPlace, digest: String, _ journal: StoreJournal
    ) async throws(Failure) {
        let file = PluginPin.file(of: declaration.id)
        var own = Set(journal.record.installed.filter { $0.place == place }.map { places.library($0.file) })
        let pin = try lock().pin(id: declaration.id)
        if let pin, pin.place != place {
            throw Self.conflict("the id '\(declaration.id)' is pinned to \(pin.place)", id: declaration.id)
        }
        // What lies there is what would be put there: the record of it was lost.
        if let present = journal.digest(of: file), present == digest || present == pin?.digest {
            own.insert(places.library(file))
        }
        for info in try await others() where info.state == .ready && !own.contains(info.path) {
            if info.id == declaration.id {
                throw Self.conflict("the id '\(info.id)' is already that of \(info.path)", id: nil)
            }
            if let kind = declaration.kinds.first(where: info.kinds.contains) {
                throw Self.conflict("the kind '\(kind)' is already served by '\(info.id)': \(info.path)", id: nil)
            }
        }
        let path = places.library(file)
        if access(path, F_OK) == 0, !own.contains(path) {
            throw Self.conflict("a library '\(path)' lies there that did not come from \(place)", id: nil)
        }
    }

    private static func conflict(_ what: String, id: String?) -> Failure {
        Failure(
            .pluginConflict, what,
            remedy: id.map { "`host plugin remove \($0)` takes the other one out" }
                ?? "take the other one out first, if this one is to take its place")
    }
}
