import Model
import PluginKit

/// One reading of the whole source: what is new or changed since the last is imported, what is gone is deleted.
///
/// The export is in the order in which documents came into the source, and the journal of the last pass in the same. Both are
/// walked together: a document of the journal that the source has no longer is deleted, and what the journal does not know
/// comes at the end. Should an order ever differ, what was deleted too early is met later and imported again.
final class CopyPass {
    /// After the alias has been flipped others write to the target, and their word stands over the source's.
    enum Purpose { case fill, catchUp }

    typealias Complaint = (id: String, reason: String)

    struct Outcome {
        var seen = 0
        var imported = 0
        var deleted = 0
        /// Documents that the target did not take, with the first reasons.
        var refused = 0
        var complaints: [Complaint] = []
        /// Changed in the source and in the target: left as they are in the target.
        var conflicts = 0
        var hasChanged: Bool { imported > 0 || deleted > 0 }
    }

    private let work: Work
    private let job: CopyJob
    private let purpose: Purpose
    private let old: JournalReader?
    private let journal: JournalWriter
    private let importer: Importer
    private let onProgress: (Outcome) throws -> Void

    private var outcome = Outcome()
    /// Records not yet written, in order; `batch` holds the lines of those at `imports`.
    private var records: [JournalFile.Record] = []
    private var imports: [Int] = []
    private var batch: [UInt8] = []

    init(
        _ work: Work, _ job: CopyJob, _ purpose: Purpose, old: JournalReader?, journal: JournalWriter,
        onProgress: @escaping (Outcome) throws -> Void
    ) {
        self.work = work
        self.job = job
        self.purpose = purpose
        self.old = old
        self.journal = journal
        self.onProgress = onProgress
        importer = Importer(work.server, collection: job.target, timeout: work.options.timeout * 4)
    }

    /// - Throws: `typesense.unreachable` when the export broke off; the journal holds what was done until then.
    func run() throws -> Outcome {
        let reader = try ExportReader(
            work.server, collection: job.source, node: try work.server.leader(), idle: work.options.timeout)
        while try reader.next({ try take($0) }) {}
        try flush()
        while let gone = old?.next() { try remove(gone) }
        try onProgress(outcome)
        return outcome
    }

    private func take(_ line: UnsafeBufferPointer<UInt8>) throws {
        outcome.seen += 1
        guard let place = DocumentLine.identifier(in: line) else {
            outcome.refused += 1
            complain("?", "the export has a line without an id")
            return
        }
        var record = JournalFile.Record(
            id: Array(line[place]), digest: DocumentLine.digest(UnsafeRawBufferPointer(line)))
        if let known = try find(record.id) {
            if known.digest == record.digest {
                record.isRefused = known.isRefused
                if known.isRefused { outcome.refused += 1 }
                return try keep(record)
            }
            if purpose == .catchUp, !(try isUntouched(known)) {
                outcome.conflicts += 1
                return try keep(record)
            }
            if purpose == .catchUp { return try replace(line, record) }
        }
        imports.append(records.count)
        records.append(record)
        if job.transform.isNeeded {
            batch.append(contentsOf: job.transform.applied(to: line))
        } else {
            batch.append(contentsOf: line)
        }
        batch.append(10)
        if imports.count >= work.options.batch || batch.count >= 4 << 20 { try flush() }
    }

    /// What the journal knows of a document; what stands before it in the journal is gone from the source.
    private func find(_ id: [UInt8]) throws -> JournalFile.Record? {
        while let known = old?.next() {
            if known.id == id { return known }
            try remove(known)
        }
        return nil
    }

    private func keep(_ record: JournalFile.Record) throws {
        records.append(record)
        if records.count >= 20_000 { try flush() }
    }

    private func flush() throws {
        try work.context.checkCancellation()
        if !imports.isEmpty {
            let action: Importer.Action = purpose == .fill ? .upsert : .create
            for (index, verdict) in zip(imports, try importer.send(batch, count: imports.count, action)) {
                if verdict.isTaken {
                    outcome.imported += 1
                } else if purpose == .catchUp, verdict.code == 409 {
                    outcome.conflicts += 1
                } else {
                    records[index].isRefused = true
                    outcome.refused += 1
                    complain(String(decoding: records[index].id, as: UTF8.self), verdict.message)
                }
            }
        }
        try journal.append(records)
        records.removeAll(keepingCapacity: true)
        imports.removeAll(keepingCapacity: true)
        batch.removeAll(keepingCapacity: true)
        try onProgress(outcome)
    }

    private func complain(_ id: String, _ reason: String) {
        if outcome.complaints.count < 20 { outcome.complaints.append((id, reason)) }
    }

    // MARK: single documents

    private func remove(_ record: JournalFile.Record) throws {
        if record.isRefused { return }
        if purpose == .catchUp, !(try isUntouched(record)) {
            outcome.conflicts += 1
            return
        }
        let request = Server.Request("DELETE", "collections", job.target, "documents", try plain(record.id))
        let reply = try work.server.send(request)
        guard reply.isSuccess || reply.status == 404 else { throw work.server.refusal(reply, of: request) }
        outcome.deleted += 1
    }

    private func replace(_ line: UnsafeBufferPointer<UInt8>, _ record: JournalFile.Record) throws {
        var record = record
        let lines = job.transform.isNeeded ? job.transform.applied(to: line) : Array(line)
        let verdict = try importer.send(lines, count: 1, .upsert)[0]
        if verdict.isTaken {
            outcome.imported += 1
        } else {
            record.isRefused = true
            outcome.refused += 1
            complain(String(decoding: record.id, as: UTF8.self), verdict.message)
        }
        try keep(record)
    }

    /// Whether the target still holds a document as it was copied. One that was changed on the way (by the transformation, or
    /// coerced by the server) cannot be told from one that somebody changed, and counts as changed.
    private func isUntouched(_ record: JournalFile.Record) throws -> Bool {
        let request = Server.Request("GET", "collections", job.target, "documents", try plain(record.id))
        let reply = try work.server.send(request)
        return reply.isSuccess && reply.body.withUnsafeBytes { DocumentLine.digest($0) } == record.digest
    }

    /// The id without JSON's escapes.
    private func plain(_ id: [UInt8]) throws -> String {
        let quoted = [UInt8(ascii: "\"")] + id + [UInt8(ascii: "\"")]
        return (try? PluginJSON(parsing: quoted))?.string ?? String(decoding: id, as: UTF8.self)
    }
}
