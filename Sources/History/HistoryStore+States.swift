import GRDB
package import Model
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension HistoryStore {
    /// What is known of every service that was ever deployed or tried. Kept in memory, so asking costs microseconds.
    package func states() async throws(Failure) -> [ServiceName: ServiceState] {
        try await database.read("read the services' states") { db in try self.currentStates(db) }
    }

    package func state(of service: ServiceName) async throws(Failure) -> ServiceState {
        try await states()[service] ?? ServiceState(service: service)
    }

    /// Keeps a state that no cycle brought about: a quarantine that was lifted, an attempt that is to be made again.
    package func saveState(_ state: ServiceState) async throws(Failure) {
        try await database.write("keep the state of '\(state.service)'") { db in
            try self.insertState(db, state, cycle: nil)
        }
    }

    /// Forgets what is known of a service and what was asked of it; the cycles that had to do with it stay.
    package func forget(_ service: ServiceName) async throws(Failure) {
        try await database.write("forget '\(service)'") { db in
            try db.run("DELETE FROM serviceStates WHERE service = ?", [service.text])
            try db.run("DELETE FROM releases WHERE service = ?", [service.text])
            try db.run("DELETE FROM restartRequests WHERE service = ?", [service.text])
            db.afterNextTransaction { _ in self.knownStates.withLock { $0?.states[service] = nil } }
        }
    }

    /// The releases of a service, the newest first.
    package func releases(service: ServiceName, limit: Int) async throws(Failure) -> [Release] {
        try await database.read("read the releases of '\(service)'") { db in
            try db.rows(
                "SELECT * FROM releases WHERE service = ? ORDER BY id DESC LIMIT ?", [service.text, limit]
            ).map(Self.release)
        }
    }

    /// The release of another revision that ran before this one was deployed: none that was taken back in between. nil where there
    /// is none, or it is forgotten.
    package func release(before release: Release, of service: ServiceName) async throws(Failure) -> Release? {
        try await database.read("look for the release before \(release.revision.short) of '\(service)'") { db in
            var row = try db.row(
                "SELECT * FROM releases WHERE service = ? AND deployedAt = ? ORDER BY id LIMIT 1",
                [service.text, release.deployedAt.microseconds])
            while let current = row {
                if try current.revision("revision") != release.revision { return try Self.release(current) }
                // Older versions did not write it down.
                row =
                    if let former = current.optionalInteger("former") {
                        try db.row("SELECT * FROM releases WHERE id = ?", [former])
                    } else {
                        try db.row(
                            "SELECT * FROM releases WHERE service = ? AND id < ? ORDER BY id DESC LIMIT 1",
                            [service.text, try current.integer("id")])
                    }
            }
            return nil
        }
    }

    /// The first deployment of a service after a cycle, and the cycle that made it; nil where there was none.
    package func deployment(of service: ServiceName, after cycle: Int64, at time: Timestamp) async throws(Failure)
        -> (cycle: Int64, release: Release)?
    {
        try await database.read("look for deployments of '\(service)'") { db in
            try db.row(
                "SELECT * FROM releases WHERE service = ? AND cycle > ? AND deployedAt >= ? ORDER BY id LIMIT 1",
                [service.text, cycle, time.microseconds]
            ).map { (try $0.integer("cycle"), try Self.release($0)) }
        }
    }

    /// The cycle that made a release; nil where it is not known any more. It may be pruned by now.
    package func cycle(of service: ServiceName, _ release: Release) async throws(Failure) -> Int64? {
        try await database.read("look for the cycle of a release of '\(service)'") { db in
            try db.row(
                "SELECT cycle FROM releases WHERE service = ? AND deployedAt = ? AND revision = ? ORDER BY id LIMIT 1",
                [service.text, release.deployedAt.microseconds, release.revision.hex])?.optionalInteger("cycle")
        }
    }

    /// Forgets the states in memory when another connection has written since they were read.
    func currentStates(_ db: Database) throws -> [ServiceName: ServiceState] {
        let version = try db.row("PRAGMA data_version")?.integer("data_version") ?? 0
        if let known = knownStates.withLock({ $0 }), known.version == version { return known.states }
        let rows = try db.rows(
            """
            SELECT s.service, s.failure, s.deployed, r.revision, r.tree, r.inputs, r.configuration, r.checkpoint,
                r.deployedAt
            FROM serviceStates AS s LEFT JOIN releases AS r ON r.id = s.deployed
            WHERE s.id IN (SELECT max(id) FROM serviceStates GROUP BY service)
            """)
        var states: [ServiceName: ServiceState] = [:]
        for row in rows {
            let service = try row.service("service")
            var state = ServiceState(service: service)
            if row.optionalInteger("deployed") != nil { state.deployed = try Self.release(row) }
            if row.optionalText("failure") != nil { state.failure = try row.json(FailedAttempt.self, "failure") }
            states[service] = state
        }
        knownStates.withLock { $0 = KnownStates(version: version, states: states) }
        return states
    }

    func insertState(_ db: Database, _ state: ServiceState, cycle: Int64?) throws {
        let known = try currentStates(db)
        guard known[state.service] != state else { return }
        let release = try state.deployed.map {
            try Self.releaseRow(db, $0, service: state.service, cycle: cycle)
        }
        try db.run(
            "INSERT INTO serviceStates(service, cycle, deployed, failure) VALUES (?, ?, ?, ?)",
            [state.service.text, cycle, release, try state.failure.map { try RowCodec.json($0) }])
        // Only once it is certain: a transaction that fails at its end must not leave memory ahead of the file.
        db.afterNextTransaction { _ in
            self.knownStates.withLock { $0?.states[state.service] = state }
        }
    }

    /// The row of a release; a rollback leads back to the one that is there.
    private static func releaseRow(
        _ db: Database, _ release: Release, service: ServiceName, cycle: Int64?
    ) throws -> Int64 {
        let inputs = try RowCodec.json(release.fingerprint.inputs)
        let checkpoint = release.checkpoint.map { Data($0) }
        let known = try db.row(
            """
            SELECT id FROM releases WHERE service = ? AND deployedAt = ? AND revision = ? AND tree = ? AND inputs = ?
                AND configuration = ? AND checkpoint IS ? ORDER BY id DESC LIMIT 1
            """,
            [
                service.text, release.deployedAt.microseconds, release.revision.hex, release.fingerprint.tree.hex,
                inputs, release.fingerprint.configuration, checkpoint,
            ])
        if let known { return try known.integer("id") }
        let former = try db.row(
            "SELECT deployed FROM serviceStates WHERE service = ? ORDER BY id DESC LIMIT 1", [service.text])
        try db.run(
            """
            INSERT INTO releases(service, cycle, revision, tree, inputs, configuration, checkpoint, deployedAt, former)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                service.text, cycle, release.revision.hex, release.fingerprint.tree.hex, inputs,
                release.fingerprint.configuration, checkpoint, release.deployedAt.microseconds,
                former?.optionalInteger("deployed"),
            ])
        return db.lastInsertedRowID
    }

    private static func release(_ row: Row) throws -> Release {
        Release(
            revision: try row.revision("revision"),
            fingerprint: Fingerprint(
                tree: try row.revision("tree"), inputs: try row.json([String: String].self, "inputs"),
                configuration: try row.text("configuration")),
            checkpoint: row.bytes("checkpoint"), deployedAt: try row.time("deployedAt"))
    }
}
