import Git
import Model
import PluginStore
import Settings
import Stages
import SupervisorCore

/// Keeps the installed plugins up with the set that the followed commit pins: says what is amiss, and has those built whose
/// place the operator of this machine agreed to. Nothing of it holds up a cycle of the daemon.
actor PinKeeper {
    enum Mode: Sendable {
        /// Only says what is amiss.
        case watching
        /// Builds before the cycle goes on: `host run --once` has no later.
        case waiting
        /// Builds beside the cycles; see `requests`.
        case aside
    }

    private let repository: GitRepository
    private let layout: WorkspaceLayout
    private let mode: Mode
    private let store: @Sendable () throws(Failure) -> PluginStore
    /// After something was installed.
    private let installed: @Sendable () async -> Void
    private let say: @Sendable (LogLine) -> Void

    private struct Basis: Hashable {
        var lock: ObjectID?
        var named: [NamedPlugin]
        var record: [UInt8]?
    }
    private var basis: Basis?
    private var known: (notes: [PinNote], due: [PluginPin]) = ([], [])
    private var told: Set<PinNote> = []
    private var failed: [PluginPin: ContinuousClock.Instant] = [:]
    /// Asked for more than was agreed to: only the operator changes that, or another pin.
    private var refused: Set<PluginPin> = []
    /// The same build is not tried again before.
    private static let patience: Duration = .seconds(3600)

    /// What is to be built aside.
    nonisolated let requests: AsyncStream<[PluginPin]>
    private let orders: AsyncStream<[PluginPin]>.Continuation
    private var isBusy = false

    init(
        repository: GitRepository, layout: WorkspaceLayout, mode: Mode,
        store: @escaping @Sendable () throws(Failure) -> PluginStore,
        installed: @escaping @Sendable () async -> Void = {}, say: @escaping @Sendable (LogLine) -> Void
    ) {
        self.repository = repository
        self.layout = layout
        self.mode = mode
        self.store = store
        self.installed = installed
        self.say = say
        (requests, orders) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What an operator should know of the set of a commit.
    ///
    /// - Parameter named: what `deployer.yaml` of that commit names.
    func notes(at revision: Revision, named: [NamedPlugin]) async -> [PinNote] {
        await refresh(revision, named)
        return known.notes
    }

    /// Tells once of each thing that is amiss, and sees to what was agreed to.
    func look(at revision: Revision, named: [NamedPlugin]) async {
        await refresh(revision, named)
        for note in known.notes where !told.contains(note) { say(LogLine(note.text, level: .warning)) }
        told = Set(known.notes)
        let now = ContinuousClock.now
        let due = known.due.filter { pin in
            !refused.contains(pin) && failed[pin].map { now - $0 > Self.patience } ?? true
        }
        guard !due.isEmpty else { return }
        switch mode {
        case .watching: return
        case .waiting: await bring(due)
        case .aside: if !isBusy { orders.yield(due) }
        }
    }

    /// Builds and installs; what fails is said, and left alone for a while.
    func bring(_ pins: [PluginPin]) async {
        isBusy = true
        defer { isBusy = false }
        do throws(Failure) {
            var options = PluginStore.SyncOptions()
            options.lock = PluginLock(pins)
            options.removes = false
            var isChanged = false
            for change in try await store().sync(options) {
                let text =
                    "plugin '\(change.id ?? change.url)': \(change.action.rawValue)"
                    + (change.details.isEmpty ? "" : ": \(change.details.joined(separator: "; "))")
                say(LogLine(text, level: change.isBad ? .error : .info))
                if let pin = pins.first(where: { $0.place == change.place }) {
                    if change.action == .failed { failed[pin] = .now }
                    if change.action == .refused { refused.insert(pin) }
                }
                if change.action == .installed || change.action == .updated { isChanged = true }
            }
            if isChanged { await installed() }
        } catch {
            // A command of the operator's is at work: what it leaves is looked at the next time.
            if error.code != .pluginBusy { for pin in pins { failed[pin] = .now } }
            say(LogLine("plugins: \(error)", level: .warning))
        }
        basis = nil
    }

    private func refresh(_ revision: Revision, _ named: [NamedPlugin]) async {
        do throws(Failure) {
            let entry = try await repository.entry(at: PluginLock.name, in: revision)
            let path = PluginPlaces.record(own: layout.own)
            let fresh = Basis(lock: entry?.id, named: named, record: await DedicatedThread.run { Files.read(path) })
            guard fresh != basis else { return }
            var bytes: [UInt8]?
            if let entry {
                bytes = try await repository.content(of: entry.id, named: entry.path, limit: PluginLock.largest)
            }
            let lock = try PluginLock(reading: bytes, source: "\(PluginLock.name) of \(revision.short)")
            let record = try MachineRecord.load(path)
            let sources = try PluginStoreParts.sources(named, root: layout.root)
            known.notes = PinNote.all(named: sources, lock: lock, record: record)
            known.due = lock.pins.filter { record.isDue($0) }
            basis = fresh
        } catch {
            known = ([.unusable(error)], [])
        }
    }
}

extension PinKeeper {
    /// For commands that only look.
    static func notes(
        _ invocation: Invocation, _ repository: GitRepository, at revision: Revision?, named: [NamedPlugin]
    ) async -> [PinNote] {
        guard let revision else { return [] }
        let keeper = PinKeeper(
            repository: repository, layout: invocation.layout, mode: .watching,
            store: { () throws(Failure) in throw Failure(.pluginBusy, "nothing is built by a look") }, say: { _ in })
        return await keeper.notes(at: revision, named: named)
    }
}
