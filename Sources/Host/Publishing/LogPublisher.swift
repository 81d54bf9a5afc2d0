import Git
import Model
import Settings

#if canImport(FoundationEssentials)
    import Foundation
#else
    import Foundation
#endif

/// Commits build logs, failure reports and verdicts to the log branch and pushes it. What cannot be pushed now is
/// pushed with the next cycle; a log that cannot be published never fails a deployment.
actor LogPublisher {
    private let origin: Origin
    private let layout: WorkspaceLayout
    private let branch: String?
    private let keeping: Int
    private let warn: @Sendable (String) -> Void
    /// Bytes of a log that go into git; of a longer one, head and tail.
    private static let limit = 1 << 20

    /// The branch as this clone would have it, and as the remote is known to have it: what the first has beyond the second
    /// waits to be pushed, and the second is what a push replaces. In a folder of their own: `refs/deployer/` holds
    /// branches by their names, and one may be called `logs`.
    private static let own = "refs/deployer-logs/own"
    private static let known = "refs/deployer-logs/known"
    /// Where a fetch leaves the branch until it was looked at.
    private static let fetched = "refs/deployer-logs/fetched"

    private static let cycles = "cycles"
    /// Apart from the cycles: a busy inbox must not push them out.
    private static let verdicts = "verdicts"
    private static let folders = [cycles, verdicts]

    /// What is being published; it goes one after the other, in the order of the numbers.
    private var pending: [Int: Task<Void, Never>] = [:]
    private var count = 0

    init(
        origin: Origin, layout: WorkspaceLayout, branch: String?, keeping: Int,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.origin = origin
        self.layout = layout
        self.branch = branch
        self.keeping = keeping
        self.warn = warn
    }

    /// - Parameters:
    ///   - log: path relative to the workspace.
    ///   - reports: file names (`report-api.json`) and contents.
    func publish(cycle: Int64, log: String, reports: [String: [UInt8]], revision: Revision) async {
        let name = log.split(separator: "/").last.map(String.init) ?? log
        var files = reports
        files[name] = excerpt(of: "\(layout.root)/\(log)")
        let entry = LogBranchEntry(name: Self.entryName(of: name), files: files)
        await publish([entry], in: Self.cycles, message: "Log of cycle \(cycle) (\(revision.short))\n")
    }

    /// - Parameter verdicts: each with its document, as it lies beside the feedback.
    func publish(_ verdicts: [(Verdict, document: [UInt8])]) async {
        guard let first = verdicts.first?.0 else { return }
        var entries: [String: LogBranchEntry] = [:]
        for (verdict, document) in verdicts {
            let base = "\(verdict.decidedAt.compact)-\(Self.component(verdict.feedback))"
            var name = base
            while entries[name] != nil { name = "\(base)-\(entries.count)" }
            entries[name] = LogBranchEntry(name: name, files: ["verdict.json": document])
        }
        await publish(
            Array(entries.values), in: Self.verdicts,
            message: verdicts.count == 1
                ? "Verdict on feedback \(Self.component(first.feedback)): \(first.decision.rawValue)\n"
                : "Verdicts on \(verdicts.count) files\n")
    }

    /// What could not be read is known by its file's name, which may be anything.
    private static func component(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" }.prefix(150))
    }

    /// `build-20261123-125400.log` -> `20261123-125400`, which sorts by time.
    static func entryName(of log: String) -> String {
        var name = Substring(log)
        if name.hasPrefix("build-") { name = name.dropFirst("build-".count) }
        if name.hasSuffix(".log") { name = name.dropLast(".log".count) }
        return String(name)
    }

    /// A cycle and a verdict may come at the same time; the second waits, so that neither writes over the other.
    private func publish(_ entries: [LogBranchEntry], in folder: String, message: String) async {
        guard let branch else { return }
        let before = pending[count]
        count += 1
        let number = count
        let task = Task {
            await before?.value
            await push(entries, in: folder, to: branch, message: message)
        }
        pending[number] = task
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            // What is before it would keep it, and with it the daemon's end, for as long as a host that is down does not answer.
            Task { await self.breakOff(upTo: number) }
        }
        pending[number] = nil
    }

    private func breakOff(upTo number: Int) {
        for (other, task) in pending where other <= number { task.cancel() }
    }

    private func push(_ entries: [LogBranchEntry], in folder: String, to branch: String, message: String) async {
        let repository = origin.repository
        do throws(Failure) {
            var tip = try await repository.append(
                entries, to: Self.own, folder: folder, keeping: keeping, message: message, author: origin.signature,
                keepsHistory: false)
            for _ in 0..<3 {
                let known = try await repository.revision(of: Self.known)
                if try await origin.push(
                    tip, to: branch, expecting: known.map { .commit($0) } ?? .absent, isForced: known != nil)
                {
                    return try await note(tip)
                }
                tip = try await adopt(branch, over: tip, known: known, message: message)
            }
            warn("the log branch '\(branch)' moves too fast; this log is pushed with the next one")
        } catch {
            warn("the log could not be pushed to '\(branch)': \(error)")
        }
    }

    /// Remembers what the remote has.
    private func note(_ tip: Revision) async throws(Failure) {
        try await origin.repository.update(
            Self.known, to: tip, expecting: .anything, reason: "codex-deployer: logs at \(origin.remote.name)")
    }

    /// Another machine writes the same branch, or somebody deleted it: takes over what is there, and puts on top of it what
    /// was not pushed yet. Returns what is to be pushed next.
    /// - Throws: `logs.foreign` for a branch that holds anything but logs: it is somebody's work.
    private func adopt(_ branch: String, over own: Revision, known: Revision?, message: String)
        async throws(Failure) -> Revision
    {
        let repository = origin.repository
        try await repository.delete(Self.fetched)
        _ = try await origin.client.fetch(
            origin.remote, into: repository.path, refspecs: ["+refs/heads/\(branch):\(Self.fetched)"], prune: false)
        guard let theirs = try await repository.revision(of: Self.fetched) else {
            try await repository.delete(Self.known)
            return own
        }
        if let path = try await repository.foreignToLogs(in: theirs, folders: Self.folders) {
            throw Failure(
                .init("logs.foreign"),
                "the branch '\(branch)' of \(origin.remote) is not the deployer's: it holds '\(path)', and is left as it is",
                remedy: "name another branch with `logs.branch`, or delete that one if nobody needs it")
        }
        let merged = try await repository.adoptLogs(
            theirs, known: known, into: Self.own, folders: Self.folders, keeping: keeping, message: message,
            author: origin.signature)
        try await note(theirs)
        return merged
    }

    private func excerpt(of path: String) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { return Array("the log could not be read\n".utf8) }
        defer { try? handle.close() }
        do {
            let size = Int(try handle.seekToEnd())
            try handle.seek(toOffset: 0)
            guard size > Self.limit else { return Array(try handle.readToEnd() ?? Data()) }
            let head = try handle.read(upToCount: Self.limit / 2) ?? Data()
            try handle.seek(toOffset: UInt64(size - Self.limit / 2))
            let tail = try handle.readToEnd() ?? Data()
            let note = "\n… \(size - Self.limit) bytes left out; the whole log is on the machine …\n"
            return Array(head) + Array(note.utf8) + Array(tail)
        } catch {
            return Array("the log could not be read: \(error)\n".utf8)
        }
    }
}
