import GRDB

/// The tables and how they came to be. Every migration is frozen once it is released: changes are new migrations.
///
/// All tables but `keyValues` are append-only: what begins and what ends are rows of their own, and a trigger refuses
/// every UPDATE. Rows leave by `prune` alone. Times and durations are microseconds.
enum Schema {
    static let journal = "1 journal"
    static let restarts = "2 restart requests"
    static let restartsTaken = "3 restart requests taken up"
    static let groups = "4 groups"
    static let reports = "5 reports"
    static let exchanges = "6 exchanges with coders"
    static let formers = "7 releases before releases"

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(journal) { db in
            for statement in cycleTables + stateTables + feedbackTables { try db.execute(sql: statement) }
            try refuseUpdates(
                of: [
                    "cycles", "cycleEnds", "services", "serviceEnds", "stages", "stageEnds", "diagnostics",
                    "testReports", "releases", "serviceStates", "feedbacks", "feedbackPhases", "verdicts",
                ], db)
        }
        migrator.registerMigration(restarts) { db in
            for statement in restartTables { try db.execute(sql: statement) }
            try refuseUpdates(of: ["restartRequests", "restartEnds"], db)
        }
        migrator.registerMigration(restartsTaken) { db in
            for statement in takenTables { try db.execute(sql: statement) }
            try refuseUpdates(of: ["restartsTaken"], db)
        }
        migrator.registerMigration(groups) { db in
            for statement in groupTables { try db.execute(sql: statement) }
            try refuseUpdates(of: ["groupMembers"], db)
        }
        migrator.registerMigration(reports) { db in
            for statement in reportTables { try db.execute(sql: statement) }
            try refuseUpdates(of: ["reports"], db)
        }
        migrator.registerMigration(exchanges) { db in
            for statement in exchangeTables { try db.execute(sql: statement) }
            try refuseUpdates(of: ["coderExchanges"], db)
        }
        migrator.registerMigration(formers) { db in
            // The one that ran when it was deployed; NULL for the first, and for those of older versions.
            try db.execute(sql: "ALTER TABLE releases ADD COLUMN former INTEGER")
        }
        return migrator
    }

    private static func refuseUpdates(of tables: [String], _ db: Database) throws {
        for table in tables {
            try db.execute(
                sql: """
                    CREATE TRIGGER \(table)AppendOnly BEFORE UPDATE ON \(table)
                    BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END
                    """)
        }
    }

    private static let cycleTables = [
        """
        CREATE TABLE cycles(
            id INTEGER PRIMARY KEY AUTOINCREMENT, revision TEXT NOT NULL, previous TEXT, log TEXT NOT NULL,
            startedAt INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE cycleEnds(
            cycle INTEGER PRIMARY KEY REFERENCES cycles ON DELETE CASCADE, outcome TEXT NOT NULL,
            endedAt INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE services(
            id INTEGER PRIMARY KEY, cycle INTEGER NOT NULL REFERENCES cycles ON DELETE CASCADE, name TEXT NOT NULL,
            reasons TEXT NOT NULL, UNIQUE(cycle, name)) STRICT
        """,
        "CREATE INDEX servicesByName ON services(name, cycle)",
        """
        CREATE TABLE serviceEnds(
            service INTEGER PRIMARY KEY REFERENCES services ON DELETE CASCADE, outcome TEXT NOT NULL) STRICT
        """,
        """
        CREATE TABLE stages(
            id INTEGER PRIMARY KEY, service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            stage TEXT NOT NULL, operation TEXT NOT NULL, startedAt INTEGER NOT NULL) STRICT
        """,
        "CREATE INDEX stagesByService ON stages(service)",
        """
        CREATE TABLE stageEnds(
            stage INTEGER PRIMARY KEY REFERENCES stages ON DELETE CASCADE, status TEXT NOT NULL,
            summary TEXT NOT NULL, startedAt INTEGER NOT NULL, duration INTEGER NOT NULL,
            stageTime INTEGER NOT NULL, retryAfter INTEGER, outputs TEXT, checkpoint BLOB) STRICT
        """,
        """
        CREATE TABLE diagnostics(
            id INTEGER PRIMARY KEY, stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
            severity TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, file TEXT, sourceLine INTEGER,
            sourceColumn INTEGER, document TEXT NOT NULL) STRICT
        """,
        "CREATE INDEX diagnosticsByStage ON diagnostics(stage)",
        """
        CREATE TABLE testReports(
            stage INTEGER PRIMARY KEY REFERENCES stages ON DELETE CASCADE, passed INTEGER NOT NULL,
            failed INTEGER NOT NULL, skipped INTEGER NOT NULL, document TEXT NOT NULL) STRICT
        """,
    ]

    // A release and a state outlive the cycle that made them, so `cycle` is no foreign key here.
    private static let stateTables = [
        """
        CREATE TABLE releases(
            id INTEGER PRIMARY KEY, service TEXT NOT NULL, cycle INTEGER, revision TEXT NOT NULL,
            tree TEXT NOT NULL, inputs TEXT NOT NULL, configuration TEXT NOT NULL, checkpoint BLOB,
            deployedAt INTEGER NOT NULL) STRICT
        """,
        "CREATE INDEX releasesByService ON releases(service, id)",
        """
        CREATE TABLE serviceStates(
            id INTEGER PRIMARY KEY, service TEXT NOT NULL, cycle INTEGER, deployed INTEGER REFERENCES releases,
            failure TEXT) STRICT
        """,
        "CREATE INDEX serviceStatesByService ON serviceStates(service, id)",
        "CREATE INDEX serviceStatesByRelease ON serviceStates(deployed)",
    ]

    private static let feedbackTables = [
        """
        CREATE TABLE feedbacks(
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,
            receivedAt INTEGER NOT NULL) STRICT
        """,
        "CREATE INDEX feedbacksByName ON feedbacks(name)",
        "CREATE INDEX feedbacksByDigest ON feedbacks(digest)",
        """
        CREATE TABLE feedbackPhases(
            id INTEGER PRIMARY KEY, feedback INTEGER NOT NULL REFERENCES feedbacks ON DELETE CASCADE,
            phase TEXT NOT NULL, revision TEXT, detail TEXT, enteredAt INTEGER NOT NULL) STRICT
        """,
        "CREATE INDEX feedbackPhasesByFeedback ON feedbackPhases(feedback, id)",
        """
        CREATE TABLE verdicts(
            id INTEGER PRIMARY KEY, feedback TEXT NOT NULL, decision TEXT NOT NULL, reason TEXT NOT NULL,
            service TEXT, revision TEXT, decidedAt INTEGER NOT NULL, document TEXT NOT NULL) STRICT
        """,
        "CREATE INDEX verdictsByFeedback ON verdicts(feedback, id)",
        "CREATE TABLE keyValues(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    ]

    // What the start of a service in a cycle took up: its end is that request's end, and no later one's.
    private static let takenTables = [
        """
        CREATE TABLE restartsTaken(
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            request INTEGER NOT NULL REFERENCES restartRequests ON DELETE CASCADE,
            PRIMARY KEY(service, request)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX restartsTakenByRequest ON restartsTaken(request)",
    ]

    // What it takes to roll a group back that was going live: written before its first deploy.
    private static let groupTables = [
        """
        CREATE TABLE groupMembers(
            cycle INTEGER NOT NULL REFERENCES cycles ON DELETE CASCADE, service TEXT NOT NULL,
            groupName TEXT NOT NULL, place INTEGER NOT NULL, item TEXT NOT NULL,
            PRIMARY KEY(cycle, service)) STRICT, WITHOUT ROWID
        """,
        "ALTER TABLE serviceEnds ADD COLUMN note TEXT",
    ]

    // The document is another room's; what it is looked up by stands beside it.
    private static let reportTables = [
        """
        CREATE TABLE reports(
            id INTEGER PRIMARY KEY, cycle INTEGER NOT NULL REFERENCES cycles ON DELETE CASCADE, name TEXT NOT NULL,
            service TEXT NOT NULL, createdAt INTEGER NOT NULL, summary TEXT NOT NULL, document TEXT NOT NULL) STRICT
        """,
        "CREATE INDEX reportsByCycle ON reports(cycle)",
        "CREATE INDEX reportsByName ON reports(name)",
        "CREATE INDEX reportsByService ON reports(service, id)",
    ]

    private static let exchangeTables = [
        """
        CREATE TABLE coderExchanges(
            id INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT NOT NULL, failure TEXT NOT NULL, at INTEGER NOT NULL,
            document TEXT NOT NULL) STRICT
        """,
        "CREATE INDEX coderExchangesByService ON coderExchanges(service, id)",
    ]

    private static let restartTables = [
        """
        CREATE TABLE restartRequests(
            id INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT NOT NULL, requestedBy TEXT NOT NULL,
            requestedAt INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE restartEnds(
            request INTEGER PRIMARY KEY REFERENCES restartRequests ON DELETE CASCADE, outcome TEXT NOT NULL,
            endedAt INTEGER NOT NULL) STRICT
        """,
    ]
}
