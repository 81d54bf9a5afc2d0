import Model

/// What both streams of a run add to: findings, each once, and what has been heard of tests and of the end.
struct Findings {
    let paths: PathMapper
    let stage: Stage?
    let limit: Int
    private(set) var all: [Diagnostic] = []
    private(set) var omitted = 0
    private(set) var errors = 0
    private var seen = Set<SerializedDiagnostics.Identity>()
    private var taken = 0

    var ledger = TestLedger()
    var xctest = XCTestConsole()
    var swiftTesting = SwiftTestingConsole()
    /// Messages that only say that something failed; one of them explains a failure that nothing else does.
    var consequences: [String] = []
    /// Of a process that the package manager ran, as it reported it.
    var signal: Int?
    var compilerSignals: [Int] = []
    var wasCancelled = false
    var hasCrash = false
    var crashReason: String?

    init(paths: PathMapper, stage: Stage?, limit: Int) {
        self.paths = paths
        self.stage = stage
        self.limit = limit
    }

    mutating func add(_ diagnostic: Diagnostic) {
        var diagnostic = diagnostic.mapTexts(paths.relativized)
        diagnostic.stage = stage
        // The same finding is told by every job that meets it.
        let identity = SerializedDiagnostics.Identity(diagnostic)
        if seen.contains(identity) { return }
        if seen.count < 4 * limit { seen.insert(identity) }
        if diagnostic.isError { errors += 1 }
        // Warnings never crowd out the errors that come after them.
        guard all.count < (diagnostic.isError ? limit : limit / 2) else {
            omitted += 1
            return
        }
        all.append(diagnostic)
    }

    /// The findings that were not answered before.
    mutating func takeNew() -> [Diagnostic] {
        defer { taken = all.count }
        return taken < all.count ? Array(all[taken...]) : []
    }

    /// The cases that were running when a process died have failed.
    mutating func crashTests(_ reason: String, location: FileLocation?) -> [String] {
        let names = [xctest.running].compactMap { $0 } + swiftTesting.runningTests
        xctest.crash(reason, location: location, into: &ledger)
        swiftTesting.crash(reason, location: location, into: &ledger)
        return names
    }
}
