import Model

/// One update of a worktree.
struct WorktreeJob {
    private let session: GitSession
    private let administration: WorktreeAdministration
    private let target: WorktreeState.Target
    private let inspecting: PathSelection?
    private let boot = WorktreeState.currentBoot()

    private var state: WorktreeState?
    private var result: WorktreeUpdate
    private var steps = 0

    init(
        _ session: GitSession, _ administration: WorktreeAdministration, target: WorktreeState.Target,
        inspecting: PathSelection?
    ) throws(Failure) {
        self.session = session
        self.administration = administration
        self.target = target
        self.inspecting = inspecting
        result = WorktreeUpdate(revision: target.revision)
    }

    mutating func run(_ interruption: ((Int) throws(Failure) -> Void)?) throws(Failure) -> WorktreeUpdate {
        let tree = try session.tree(of: target.revision)
        let wasWhole = try administration.ensure()
        state = try administration.readState()
        result.repair = wasWhole ? repairNeededByState() : state == nil ? .new : .administrationDamaged
        if result.repair == nil, inspecting == nil, state?.revision == target.revision,
            state?.selection == target.selection
        {
            return result
        }
        let underway = result.repair == nil ? [] : underwayPaths()
        if underway == nil {
            // What it may have put there cannot be told from what a build made: all of it goes.
            result.repair = .pendingUnreadable
            try administration.empty()
        }
        let known = try WorktreeIndex(reading: administration.indexFile)
        if known == nil, result.repair == nil { result.repair = .indexDamaged }
        var base: OID?
        if let revision = state?.revision {
            base = try? session.tree(of: revision)
            if base == nil, result.repair == nil { result.repair = .oldRevisionMissing }
        }
        let plan =
            result.repair == nil
            ? try differences(from: base, to: tree)
            : try wholePlan(known, base: base, underway: underway ?? [], tree: tree)
        // Before anything is written down as begun: a commit that cannot be had must not stand in the way of the next.
        try plan.check()
        let index = if let known { known } else { try WorktreeIndex(replacing: administration.indexFile) }
        try begin()
        try apply(plan, index, tree, interruption)
        try index.write()
        try administration.writeHead(target.revision)
        try administration.write(
            WorktreeState(revision: target.revision, selection: target.selection, pending: [], boot: boot))
        return result
    }

    private func repairNeededByState() -> WorktreeUpdate.Repair? {
        guard let state else { return .new }
        if !state.pending.isEmpty { return .interrupted }
        return state.boot == boot ? nil : .machineRestarted
    }

    /// Says what is about to happen before the first file is touched.
    private func begin() throws(Failure) {
        let pending = state?.pending ?? []
        try administration.write(
            WorktreeState(
                revision: state?.revision, selection: state?.selection ?? target.selection,
                pending: pending.contains(target) ? pending : pending + [target], boot: boot))
    }

    private struct Plan {
        /// Paths the daemon wrote that are not to be there any more.
        var removed: [[UInt8]] = []
        var written: [(path: [UInt8], side: TreeComparison.Side)] = []
        var inspected: [(path: [UInt8], side: TreeComparison.Side)] = []

        /// - Throws: `git.unsafe-path`.
        func check() throws(Failure) {
            for (path, _) in written + inspected where !TreePath.isSafePath(path) {
                throw .unsafePath(String(decoding: path, as: UTF8.self))
            }
        }
    }

    /// Every path that the updates which were cut short may have written; nil where that cannot be told any more, because a
    /// commit of theirs is gone or damaged.
    private func underwayPaths() -> Set<[UInt8]>? {
        var paths: Set<[UInt8]> = []
        for cut in state?.pending ?? [] {
            guard let tree = try? session.tree(of: cut.revision), let files = try? listing(tree, cut.selection) else {
                return nil
            }
            // Names that leave the worktree were refused where they were to be written.
            for file in files where TreePath.isSafePath(file.path) { paths.insert(file.path) }
        }
        return paths
    }

    /// What differs between two complete states, and what the caller wants looked at.
    private func differences(from base: OID?, to tree: OID) throws(Failure) -> Plan {
        var comparison = TreeComparison(
            session, old: state?.selection ?? target.selection, new: target.selection)
        try comparison.compare(base, tree)
        var plan = Plan()
        for difference in comparison.differences {
            if let side = difference.new {
                plan.written.append((difference.path, side))
            } else {
                plan.removed.append(difference.path)
            }
        }
        if let inspecting {
            let changed = Set(plan.written.map(\.path))
            for (path, side) in try listing(tree, inspecting) where !changed.contains(path) {
                plan.inspected.append((path, side))
            }
        }
        return plan
    }

    /// After an interruption nothing is taken for granted: every file is looked at, and whatever one of the commits on the
    /// way may have put there is removed unless it belongs to this one.
    private func wholePlan(
        _ index: WorktreeIndex?, base: OID?, underway: Set<[UInt8]>, tree: OID
    ) throws(Failure) -> Plan {
        var plan = Plan()
        plan.inspected = try listing(tree, target.selection)
        let wanted = Set(plan.inspected.map(\.path))
        var candidates = underway
        if let index {
            for position in 0..<index.count { if let path = index.path(at: position) { candidates.insert(path) } }
        }
        if let base, let state { candidates.formUnion(try listing(base, state.selection).map(\.path)) }
        plan.removed = candidates.subtracting(wanted).sorted { $0.lexicographicallyPrecedes($1) }
        return plan
    }

    private func listing(
        _ tree: OID, _ selection: PathSelection
    ) throws(Failure) -> [(path: [UInt8], side: TreeComparison.Side)] {
        var comparison = TreeComparison(session, old: selection, new: selection)
        try comparison.compare(nil, tree)
        var found: [(path: [UInt8], side: TreeComparison.Side)] = []
        found.reserveCapacity(comparison.differences.count)
        for difference in comparison.differences {
            if let side = difference.new { found.append((difference.path, side)) }
        }
        return found
    }

    private mutating func apply(
        _ plan: Plan, _ index: WorktreeIndex, _ tree: OID, _ interruption: ((Int) throws(Failure) -> Void)?
    ) throws(Failure) {
        let files = try WorktreeFiles(administration.path, session)
        for path in plan.removed {
            try interruption?(steps)
            steps += 1
            try files.remove(path)
            try index.remove(path)
            result.deleted += 1
        }
        for (path, side) in plan.written {
            try interruption?(steps)
            steps += 1
            try write(path, side, files, index)
        }
        for (path, side) in plan.inspected {
            try interruption?(steps)
            try inspect(path, side, files, index)
        }
    }

    private mutating func write(
        _ path: [UInt8], _ side: TreeComparison.Side, _ files: WorktreeFiles, _ index: WorktreeIndex
    ) throws(Failure) {
        try index.put(path, side, try files.write(path, side))
        result.written += 1
    }

    private mutating func inspect(
        _ path: [UInt8], _ side: TreeComparison.Side, _ files: WorktreeFiles, _ index: WorktreeIndex
    ) throws(Failure) {
        let entry = index.entry(path)
        // Outside of the selection nothing is brought in by looking at it.
        if entry == nil, result.repair == nil { return }
        result.inspected += 1
        guard let status = try files.status(path) else {
            steps += 1
            return try write(path, side, files, index)
        }
        let isKnown = entry?.id == side.id && entry?.mode == side.mode
        if isKnown, status.mode == side.mode || side.mode == .commit && status.mode == .tree,
            index.isUntouched(path, status)
        {
            return
        }
        if try files.holds(path, side, status) {
            try index.put(path, side, status)
        } else {
            steps += 1
            try write(path, side, files, index)
        }
    }
}
