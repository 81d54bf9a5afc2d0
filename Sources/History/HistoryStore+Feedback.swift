import GRDB
package import Model

extension HistoryStore {
    /// Takes a feedback into the journal, before anything is done with it. One that is open with the same id and content
    /// is taken up where it was left, so that a kill -9 neither loses a feedback nor applies it twice.
    /// - Parameters:
    ///   - file: where it lies; kept as given.
    ///   - digest: of its content.
    @discardableResult
    package func feedbackReceived(
        id: String, file: String, digest: String, at time: Timestamp
    ) async throws(Failure) -> FeedbackReceipt {
        try await database.write("take feedback '\(id)' into the journal") { db in
            let known = try Self.entries(db, id: id, digest: digest)
            let previous = known.last { $0.phase == .done }
            if let open = known.last(where: { $0.phase != .done && $0.id == id && $0.digest == digest }) {
                return FeedbackReceipt(entry: open, isResumed: true, previous: previous)
            }
            try db.run(
                "INSERT INTO feedbacks(name, file, digest, receivedAt) VALUES (?, ?, ?, ?)",
                [id, file, digest, time.microseconds])
            try Self.insertPhase(db, feedback: db.lastInsertedRowID, .received, detail: nil, at: time)
            let entry = FeedbackEntry(
                id: id, file: file, digest: digest, receivedAt: time, phase: .received, phaseAt: time)
            return FeedbackReceipt(entry: entry, isResumed: false, previous: previous)
        }
    }

    /// Writes how far the newest feedback of this id has come; to be called before the act the phase names.
    /// - Throws: `history.unreadable` for an id that was never received.
    package func feedbackPhase(
        id: String, phase: FeedbackPhase, detail: String? = nil, at time: Timestamp = .now
    ) async throws(Failure) {
        let path = path
        try await database.write("write phase '\(phase.name)' of feedback '\(id)'") { db in
            guard
                let row = try db.row("SELECT max(id) AS id FROM feedbacks WHERE name = ?", [id])?
                    .optionalInteger("id")
            else {
                throw Failure(
                    HistoryFailure.unreadable,
                    "feedback '\(id)' cannot enter phase '\(phase.name)': the history '\(path)' never received it")
            }
            try Self.insertPhase(db, feedback: row, phase, detail: detail, at: time)
        }
    }

    /// The feedback that is not done, the oldest first.
    package func feedbackOpen() async throws(Failure) -> [FeedbackEntry] {
        try await database.read("look for open feedback") { db in
            try db.rows(
                """
                SELECT f.*, p.phase, p.detail, p.enteredAt,
                    (SELECT revision FROM feedbackPhases WHERE feedback = f.id AND revision IS NOT NULL
                        ORDER BY id DESC LIMIT 1) AS revision
                FROM feedbacks AS f JOIN feedbackPhases AS p
                    ON p.id = (SELECT max(id) FROM feedbackPhases WHERE feedback = f.id)
                WHERE p.phase <> 'done' ORDER BY f.id
                """
            ).map(Self.entry)
        }
    }

    /// The newest entry of this id, open or done.
    package func feedback(_ id: String) async throws(Failure) -> FeedbackEntry? {
        try await database.read("read feedback '\(id)'") { db in
            try Self.entries(db, id: id, digest: nil).last
        }
    }

    /// Keeps what became of a feedback. Does not end it: that is the phase `done`.
    package func verdict(_ verdict: Verdict) async throws(Failure) {
        try await database.write("keep the verdict on feedback '\(verdict.feedback)'") { db in
            try db.run(
                """
                INSERT INTO verdicts(feedback, decision, reason, service, revision, decidedAt, document)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    verdict.feedback, verdict.decision.rawValue, verdict.reason, verdict.service?.text,
                    verdict.commit?.hex, verdict.decidedAt.microseconds, try RowCodec.json(verdict),
                ])
        }
    }

    /// The last verdict on a feedback.
    package func verdict(of feedback: String) async throws(Failure) -> Verdict? {
        try await database.read("read the verdict on feedback '\(feedback)'") { db in
            try db.row("SELECT document FROM verdicts WHERE feedback = ? ORDER BY id DESC LIMIT 1", [feedback])
                .map { try $0.json(Verdict.self, "document") }
        }
    }

    /// The first verdict on a feedback that uses its id up.
    package func firstVerdict(of feedback: String) async throws(Failure) -> Verdict? {
        try await database.read("read the first verdict on feedback '\(feedback)'") { db in
            for row in try db.rows("SELECT document FROM verdicts WHERE feedback = ? ORDER BY id", [feedback]) {
                let verdict = try row.json(Verdict.self, "document")
                if !verdict.leavesIDFree { return verdict }
            }
            return nil
        }
    }

    /// What stands of an id: its newest verdict that uses it up, but for the answer that what was sent again is there already;
    /// where none does, the newest.
    package func standingVerdict(of feedback: String) async throws(Failure) -> Verdict? {
        try await database.read("read the verdict that stands on feedback '\(feedback)'") { db in
            var newest: Verdict?
            for row in try db.rows("SELECT document FROM verdicts WHERE feedback = ? ORDER BY id", [feedback]) {
                let verdict = try row.json(Verdict.self, "document")
                if let known = newest {
                    if verdict.leavesIDFree, !known.leavesIDFree { continue }
                    let isAgain = verdict.decision == .alreadyApplied && verdict.commit == known.commit
                    if isAgain, [.applied, .proposed].contains(known.decision) { continue }
                }
                newest = verdict
            }
            return newest
        }
    }

    private static func insertPhase(
        _ db: Database, feedback: Int64, _ phase: FeedbackPhase, detail: String?, at time: Timestamp
    ) throws {
        var revision: String?
        if case .committed(let commit) = phase { revision = commit.hex }
        try db.run(
            "INSERT INTO feedbackPhases(feedback, phase, revision, detail, enteredAt) VALUES (?, ?, ?, ?, ?)",
            [feedback, phase.name, revision, detail, time.microseconds])
    }

    /// Every feedback with this id or this content, the oldest first.
    private static func entries(_ db: Database, id: String, digest: String?) throws -> [FeedbackEntry] {
        try db.rows(
            """
            SELECT f.*, p.phase, p.detail, p.enteredAt,
                (SELECT revision FROM feedbackPhases WHERE feedback = f.id AND revision IS NOT NULL
                    ORDER BY id DESC LIMIT 1) AS revision
            FROM feedbacks AS f JOIN feedbackPhases AS p
                ON p.id = (SELECT max(id) FROM feedbackPhases WHERE feedback = f.id)
            WHERE f.name = ? OR f.digest = ? ORDER BY f.id
            """, [id, digest]
        ).map(Self.entry)
    }

    static func entry(_ row: Row) throws -> FeedbackEntry {
        let commit = try row.optionalRevision("revision")
        guard let phase = FeedbackPhase(name: try row.text("phase"), commit: commit) else {
            throw RowCodec.Unreadable(column: "phase")
        }
        return FeedbackEntry(
            id: try row.text("name"), file: try row.text("file"), digest: try row.text("digest"),
            receivedAt: try row.time("receivedAt"), phase: phase, phaseAt: try row.time("enteredAt"),
            detail: row.optionalText("detail"), commit: commit)
    }
}
