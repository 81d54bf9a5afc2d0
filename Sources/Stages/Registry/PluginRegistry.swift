package import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Finds plugins, decides which may be loaded, and knows what they offer. One bad plugin never hides the others.
package actor PluginRegistry: PluginCatalog {
    package struct Options: Sendable {
        /// Folders, the first wins; one that is missing is empty.
        package var searchPath: [String]
        /// Root of the repository's working tree. Whoever can push decides what lies in it, so the search path may not lead
        /// through links there, and of its folders only `plugins/` is known well enough to say what came by git.
        package var workspace: String?
        /// Private to the daemon; made when it is missing. Holds copies, descriptions and the quarantine.
        package var cacheDirectory: String
        /// SHA-256 digests; nil when the operator has configured no allow-list.
        package var allowedDigests: Set<String>?
        /// Whether a file came by git: then it is loaded only when its digest is on the allow-list. Asked of files below
        /// `plugins/` of the workspace, by that path. Called on a thread of its own.
        package var isTracked: @Sendable (_ path: String) -> Bool
        /// What `host plugin` installed in the workspace's `plugins/`, read anew with every scan. Called on a thread of its
        /// own.
        package var installed: @Sendable () -> InstalledLibraries
        /// Absolute path of PluginWorker.
        package var worker: String
        package var hostVersion: String
        package var limits: WorkerLimits
        /// The user whose files are trusted, beside root's.
        package var user: UInt32

        package init(
            searchPath: [String], workspace: String? = nil, cacheDirectory: String, worker: String,
            allowedDigests: Set<String>? = nil, hostVersion: String = "1", limits: WorkerLimits = WorkerLimits(),
            user: UInt32? = nil,
            isTracked: @escaping @Sendable (_ path: String) -> Bool = { _ in false },
            installed: @escaping @Sendable () -> InstalledLibraries = { InstalledLibraries() }
        ) {
            self.searchPath = searchPath
            self.workspace = workspace
            self.cacheDirectory = cacheDirectory
            self.worker = worker
            self.allowedDigests = allowedDigests
            self.hostVersion = hostVersion
            self.limits = limits
            self.user = user ?? geteuid()
            self.isTracked = isTracked
            self.installed = installed
        }
    }

    /// What is known of one file, as long as it stays as it is.
    struct Entry: Sendable {
        var file: LibraryScan.File
        var digest = ""
        var library = ""
        var state: State
        enum State: Sendable {
            case described(DescriptionCache.Entry)
            case refused(String)
            /// Not allowed by configuration, for this reason, though there is nothing wrong with it.
            case excluded(String)
            case quarantined
        }
        /// A refusal whose reason may be gone without the file changing: looked at again with every scan.
        var isTransient = false
        /// What may be remembered over restarts.
        var memory: DigestMemory.Entry?
    }

    private(set) var options: Options
    private let launcher: WorkerLauncher
    private let cache: DescriptionCache
    private var quarantine: Quarantine
    private var memory: DigestMemory
    private var installed = InstalledLibraries()
    private var entries: [Entry] = []
    private var plugins: [LoadedPlugin] = []
    private var infos: [PluginInfo] = []
    private var running: Task<Bool, Never>?
    private var isScanned = false

    /// - Throws: `plugin.cache` when the cache folder cannot be made or is not private.
    package init(_ options: Options, features: [String] = HostServices().features) throws(Failure) {
        var options = options
        options.allowedDigests = options.allowedDigests.map { Set($0.map { $0.lowercased() }) }
        self.options = options
        try Self.prepare(options.cacheDirectory, user: options.user)
        launcher = WorkerLauncher(
            executable: options.worker, hostVersion: options.hostVersion, features: features, environment: [:],
            limits: options.limits)
        cache = DescriptionCache(folder: options.cacheDirectory)
        quarantine = Quarantine(file: "\(options.cacheDirectory)/quarantine.json")
        memory = DigestMemory(file: "\(options.cacheDirectory)/digests.json")
    }

    // MARK: questions

    /// All plugins that were found, also those that are not used, with the reason.
    package func list() async -> [PluginInfo] {
        await scanOnce()
        return infos
    }

    package func plugin(forKind kind: String) async -> LoadedPlugin? {
        await scanOnce()
        return plugins.first { $0.info.kinds.contains(kind) }
    }

    package func readyPlugins() async -> [LoadedPlugin] {
        await scanOnce()
        return plugins
    }

    package func absence(ofKind kind: String) async -> String? {
        await scanOnce()
        let excluded = infos.filter { $0.state != .ready && ($0.kinds.contains(kind) || $0.kinds.isEmpty) }
        guard !excluded.isEmpty else { return nil }
        let reasons = excluded.map { info in
            switch info.state {
            case .refused(let reason): "\(info.path): \(reason)"
            case .quarantined(let reason): "\(info.path) is in quarantine: \(reason)"
            case .ready: info.path
            }
        }
        return "there is no plugin for services of the kind '\(kind)', and not all libraries are used: "
            + reasons.joined(separator: "; ")
    }

    /// Lets a library out of quarantine and looks at it again.
    ///
    /// - Parameter digest: of the library, or the first 8 or more digits of it.
    /// - Throws: `plugin.not-quarantined` when it means none, or more than one.
    package func clear(_ digest: String) async throws(Failure) {
        let cleared = try quarantine.clear(digest)
        cache.forget(cleared)
        entries.removeAll { $0.digest == cleared }
        await rescan()
    }

    /// Replaces the allow-list; nil takes it away.
    package func allow(_ digests: Set<String>?) async {
        options.allowedDigests = digests.map { Set($0.map { $0.lowercased() }) }
        entries = []
        await rescan()
    }

    // MARK: scanning

    /// Notices what was dropped, replaced and removed.
    ///
    /// - Returns: true when the list is another than before.
    @discardableResult
    package func rescan() async -> Bool {
        // One scan at a time; whoever comes meanwhile wants to know what is there now, so the next one is theirs.
        // Waiting in a loop for the one before would spin: a task that has ended is waited for without letting anybody in.
        let task = Task { [running] in
            _ = await running?.value
            return await scan()
        }
        running = task
        return await task.value
    }

    private func scanOnce() async {
        if !isScanned { await rescan() }
    }

    private func scan() async -> Bool {
        let before = infos
        let options = options
        // `host plugin clear` is another process.
        quarantine.reload()
        let (found, pinned) = await DedicatedThread.run { (LibraryScan.of(options.searchPath), options.installed()) }
        if pinned != installed {
            installed = pinned
            entries = []
        }
        var next: [Entry] = []
        for file in found.files {
            if let known = entries.first(where: { $0.file == file }), await isStanding(known) {
                next.append(known)
            } else {
                next.append(await examine(file))
            }
        }
        entries = next
        memory.set(Dictionary(next.compactMap { entry in entry.memory.map { (entry.file.path, $0) } }) { $1 })
        resolve()
        isScanned = true
        await clean()
        return infos != before
    }

    /// Whether what was found out about a file that has not changed still holds.
    private func isStanding(_ entry: Entry) async -> Bool {
        let examiner = LibraryExaminer(options: options, installed: installed)
        switch entry.state {
        case .quarantined: return quarantine.entries[entry.digest] != nil
        case .excluded(let reason):
            return await DedicatedThread.run { examiner.exclusion(of: entry.digest, entry.file) } == reason
        case .described, .refused: return !entry.isTransient
        }
    }

    private func examine(_ file: LibraryScan.File) async -> Entry {
        let options = options
        let known = memory.entries[file.path]
        let examiner = LibraryExaminer(options: options, installed: installed)
        let copied = await DedicatedThread.run { examiner.copy(file, known: known) }
        switch copied {
        case .failure(let refusal):
            return Entry(file: file, state: .refused(refusal.reason), isTransient: true)
        case .success(let copy):
            var entry = Entry(file: file, digest: copy.digest, library: copy.path, state: .quarantined)
            entry.memory = copy.memory
            if let exclusion = copy.exclusion {
                entry.state = .excluded(exclusion)
                return entry
            }
            if quarantine.entries[copy.digest] != nil { return entry }
            if let known = cache.read(copy.digest) {
                entry.state = .described(known)
            } else {
                await describe(&entry)
            }
            return entry
        }
    }

    /// Asks the library what it is, in a worker. One that misbehaves goes into quarantine.
    private func describe(_ entry: inout Entry) async {
        let words = LastWords()
        let report = await launcher.run(
            .describe, library: entry.library, offered: [], timeout: options.limits.describe
        ) { _ in
            .init(
                frame: { _, _ in "an event while it was described" }, output: { words.take($0, $1) },
                stopping: { _ in })
        }
        let verdict = DescriptionVerdict(report, limit: options.limits.describe, lastWords: words.line)
        switch verdict {
        case .accepted(let description):
            cache.write(entry.digest, description)
            entry.state = .described(description)
        case .refused(let reason, let isTransient):
            entry.state = .refused(reason)
            entry.isTransient = isTransient
        case .misbehaved(let reason):
            quarantine.add(entry.digest, .init(reason: reason, path: entry.file.path, since: .now))
            entry.state = .quarantined
        }
    }

    /// Decides who serves which kind: the first in the search path.
    private func resolve() {
        plugins = []
        infos = []
        for entry in entries {
            var info = PluginInfo(
                id: Self.stem(entry.file.path), version: "", kinds: [], stages: [], abi: "", path: entry.file.path,
                digest: entry.digest, state: .ready)
            switch entry.state {
            case .refused(let reason), .excluded(let reason): info.state = .refused(reason)
            case .quarantined:
                info.state = .quarantined(quarantine.sentence(entry.digest) ?? "it misbehaved while it was described")
            case .described(let known):
                info.id = known.description.id
                info.version = known.description.version
                info.kinds = known.description.kinds
                info.stages = known.description.stages.map { Stage(rawValue: $0.name) }
                info.abi = "1.\(known.builtMinor)"
                if let rival = rival(of: known.description) {
                    info.state = .refused(rival)
                } else {
                    plugins.append(
                        LoadedPlugin(info: info, description: known.description, library: entry.library))
                }
            }
            infos.append(info)
        }
    }

    private func rival(of description: PluginDescription) -> String? {
        if let same = plugins.first(where: { $0.info.id == description.id }) {
            return "a plugin with the id '\(description.id)' is already there: \(same.info.path)"
        }
        for kind in description.kinds {
            if let other = plugins.first(where: { $0.info.kinds.contains(kind) }) {
                return "the kind '\(kind)' is already served by '\(other.info.id)': \(other.info.path)"
            }
        }
        return nil
    }

    // MARK: the cache folder

    /// Removes copies that nobody uses: a worker that was started with one may be about to load it, so only old ones.
    private func clean() async {
        let used = Set(entries.map(\.digest))
        let folder = options.cacheDirectory
        await DedicatedThread.run {
            for name in Files.names(in: folder) {
                // A draft is left by a daemon that was killed while it copied.
                guard name.hasSuffix(".new") || (name.hasSuffix(".so") && !used.contains(String(name.dropLast(3)))),
                    let signature = LibraryScan.Signature.of("\(folder)/\(name)")
                else { continue }
                if Clock.wall / 1000 - Int(signature.changed / 1_000_000_000) > 86_400 { unlink("\(folder)/\(name)") }
            }
        }
    }

    private static func prepare(_ folder: String, user: UInt32) throws(Failure) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(
                .init("plugin.cache"), "the folder for plugins' copies '\(folder)' cannot be made",
                remedy: "give the daemon's user the right to write there", cause: "\(error)")
        }
        var information = stat()
        guard lstat(folder, &information) == 0, information.st_mode & S_IFMT == S_IFDIR,
            information.st_uid == user || information.st_uid == 0
        else {
            throw Failure(
                .init("plugin.cache"), "the folder for plugins' copies '\(folder)' is not the daemon's own",
                remedy: "remove it; it will be made anew")
        }
        if information.st_mode & 0o077 != 0 { chmod(folder, 0o700) }
    }

    private static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return String(name.dropLast(LibraryScan.suffix.count))
    }
}
