import CGit2
import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// One merging of packs.
struct PackMergeJob {
    private struct Source {
        var base: String
        var names: [OID]
        var modified: Int64
    }

    private let session: GitSession
    private let policy: PackMergePolicy
    private let objects: String
    private var packs: String { objects + "/pack" }
    /// Same file system as the packs, and no place git looks at.
    private var workshop: String { objects + "/deployer-packing" }
    /// Beside a pack of unreachable objects; such packs are not merged, but removed when their time has come.
    private static let leftoverMark = ".deployer-leftover"

    init(_ path: String, _ policy: PackMergePolicy) throws(Failure) {
        session = try GitSession(opening: path)
        self.policy = policy
        objects = session.commonDirectory + "/objects"
    }

    mutating func run() throws(Failure) -> PackMergeOutcome {
        let names = Set(try FileRemoval.names(in: packs))
        let bases = names.filter { $0.hasSuffix(".pack") }.map { String($0.dropLast(5)) }.filter {
            names.contains($0 + ".idx") && !names.contains($0 + ".keep") && !names.contains($0 + Self.leftoverMark)
        }.sorted()
        let loose = try LooseObjects.files(in: objects)
        guard bases.count > policy.mostPacks || loose.count > policy.mostLooseObjects else {
            return .notNeeded(packs: bases.count, looseObjects: loose.count)
        }
        if let reason = try obstacle(names) { return .skipped(reason) }
        let lock = session.commonDirectory + "/deployer-packs.lock"
        let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .files("open", lock) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .gitLocked, "the packs of '\(session.name)' are being merged by another process", scheduling: .retry)
        }
        // A child that is just being forked holds the descriptor until it execs: closing alone would not unlock.
        defer { flock(descriptor, LOCK_UN) }
        try FileRemoval.remove(workshop)
        try SmallFile.makeFolder(workshop)
        defer { try? FileRemoval.remove(workshop) }
        return .merged(try merge(bases, loose, leftovers: names.filter { $0.hasSuffix(Self.leftoverMark) }))
    }

    /// Why the repository is better left as it is.
    private func obstacle(_ names: Set<String>) throws(Failure) -> String? {
        if git_repository_is_shallow(session.repository) == 1 { return "the clone is shallow" }
        if let alternates = try SmallFile.read(objects + "/info/alternates"), !alternates.isEmpty {
            return "it borrows objects from another repository"
        }
        if names.contains(where: { $0.hasSuffix(".promisor") }) { return "it is a partial clone" }
        if let status = try FileStatus(session.commonDirectory + "/gc.pid"),
            status.modified > (Timestamp.now.microseconds - 12 * 3_600_000_000) * 1000
        {
            return "git gc is at work there"
        }
        return nil
    }

    private mutating func merge(
        _ bases: [String], _ loose: [LooseObjects.File], leftovers: Set<String>
    ) throws(Failure) -> PackMergeSummary {
        var sources: [Source] = []
        for base in bases {
            let path = "\(packs)/\(base)"
            guard let index = try PackIndexFile(path + ".idx"), let status = try FileStatus(path + ".pack"),
                try PackFile.fault(path + ".pack", index) == nil
            else { throw .damaged("the pack '\(path).pack' cannot be read") }
            sources.append(Source(base: base, names: index.names, modified: status.modified))
        }
        let roots = try PackRoots(session)
        var builder = PackWriter(session, folder: workshop)
        let main = try builder.writeReachable(roots)
        let kept = Set(main?.names ?? [])
        let missing = roots.references.subtracting(kept)
        guard missing.isEmpty else {
            throw .damaged("\(missing.count) references of '\(session.name)' name objects that are not there")
        }

        let oldest = (Timestamp.now.microseconds - policy.grace.wholeMicroseconds) * 1000
        var young: Set<OID> = []
        var dropped: Set<OID> = []
        for source in sources {
            for name in source.names where !kept.contains(name) {
                if source.modified > oldest { young.insert(name) } else { dropped.insert(name) }
            }
        }
        // Loose ones go along, so that a pile of them cannot trigger one merging after the other.
        for file in loose where !kept.contains(file.id) {
            if let status = try FileStatus(file.path), status.modified > oldest { young.insert(file.id) }
        }
        dropped.subtract(young)
        let leftover = try builder.write(young)
        let safe = kept.union(young)

        var summary = PackMergeSummary(
            packsBefore: bases.count, packsAfter: 0, objects: kept.count, looseObjectsRemoved: 0,
            unreachableKept: young.count, unreachableDropped: dropped.count)
        if let main { try install(main) }
        if let leftover {
            try SmallFile.replace("\(packs)/\(leftover.base)\(Self.leftoverMark)", with: "")
            try install(leftover)
        }
        try synchronise(packs)

        // A chain of indexes would go on naming packs that are about to go.
        try FileRemoval.remove(packs + "/multi-pack-index")
        for source in sources where source.base != main?.base && source.base != leftover?.base {
            try remove(source.base, unlessNewerThan: source.modified)
        }
        for name in leftovers {
            let base = String(name.dropLast(Self.leftoverMark.count))
            guard let status = try FileStatus("\(packs)/\(base).pack") else {
                try FileRemoval.remove("\(packs)/\(name)")
                continue
            }
            if status.modified < oldest { try remove(base, unlessNewerThan: status.modified) }
        }
        for file in loose where safe.contains(file.id) {
            try FileRemoval.remove(file.path)
            summary.looseObjectsRemoved += 1
        }
        for file in loose where !safe.contains(file.id) {
            guard let status = try FileStatus(file.path), status.modified < oldest else { continue }
            try FileRemoval.remove(file.path)
            summary.unreachableDropped += 1
        }
        summary.packsAfter = try FileRemoval.names(in: packs).count { $0.hasSuffix(".pack") }
        return summary
    }

    /// The index goes last: a pack without one is not looked at.
    private func install(_ pack: PackWriter.Written) throws(Failure) {
        for ending in [".pack", ".idx"] {
            let (from, to) = ("\(workshop)/\(pack.base)\(ending)", "\(packs)/\(pack.base)\(ending)")
            try synchronise(from)
            guard rename(from, to) == 0 else { throw .files("move into place", to) }
        }
    }

    /// The index goes first, for the same reason. One that was touched since has been written to, and stays.
    private func remove(_ base: String, unlessNewerThan modified: Int64) throws(Failure) {
        let path = "\(packs)/\(base)"
        guard let status = try FileStatus(path + ".pack"), status.modified <= modified else { return }
        for ending in [".idx", ".rev", ".bitmap", ".mtimes", ".pack", Self.leftoverMark] {
            try FileRemoval.remove(path + ending)
        }
    }

    private func synchronise(_ path: String) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .files("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .files("write", path) }
    }
}
