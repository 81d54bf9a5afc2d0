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

    /// The branch as this clone last left it; a reference of the daemon's own, not a branch of the operator's.
    private var reference: String { "refs/deployer/logs" }

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
        await publish(entry, message: "Log of cycle \(cycle) (\(revision.short))\n")
    }

    func publish(_ verdict: Verdict, document: [UInt8]) async {
        let entry = LogBranchEntry(
            name: verdict.decidedAt.compact + "-feedback-" + verdict.feedback, files: ["verdict.json": document])
        await publish(entry, message: "Verdict on feedback \(verdict.feedback): \(verdict.decision.rawValue)\n")
    }

    /// `build-20261123-125400.log` -> `20261123-125400`, which sorts by time.
    static func entryName(of log: String) -> String {
        var name = Substring(log)
        if name.hasPrefix("build-") { name = name.dropFirst("build-".count) }
        if name.hasSuffix(".log") { name = name.dropLast(".log".count) }
        return String(name)
    }

    private func publish(_ entry: LogBranchEntry, message: String) async {
        guard let branch else { return }
        do throws(Failure) {
            // Another machine may write the same branch: then its tip is fetched and the entry added on top of that.
            for _ in 0..<3 {
                let before = try await origin.repository.revision(of: reference)
                let commit = try await origin.repository.append(
                    [entry], to: reference, keeping: keeping, message: message, author: origin.signature,
                    keepsHistory: false)
                if try await origin.push(
                    commit, to: branch, expecting: before.map { .commit($0) } ?? .absent, isForced: before != nil)
                {
                    return
                }
                try await adopt(branch)
            }
            warn("the log branch '\(branch)' moves too fast; this log stays on this machine")
        } catch {
            warn("the log could not be pushed to '\(branch)': \(error)")
        }
    }

    private func adopt(_ branch: String) async throws(Failure) {
        _ = try await origin.client.fetch(
            origin.remote, into: origin.repository.path, refspecs: ["+refs/heads/\(branch):\(reference)"], prune: false)
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
