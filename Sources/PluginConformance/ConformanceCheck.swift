/// One check of the harness.
package struct ConformanceCheck: Sendable {
    /// What must have succeeded before: a check that fails only because the library cannot even be loaded says nothing new.
    package enum Requirement: Sendable {
        case file, loaded, described, runs
    }

    /// `group.subject`, stable: people filter by it and machines compare it.
    package var name: String
    /// A required check that fails makes the run fail; the others are advice.
    package var isRequired: Bool
    /// What is expected of the plugin, as a sentence.
    package var expects: String
    /// The section to read: of a page under `Documentation/`, or of the header.
    package var reading: String
    var requirement: Requirement
    /// For each subprocess of the check.
    var timeout: Duration = .seconds(30)
    let body: @Sendable (CheckRoom) async throws -> CheckVerdict

    init(
        _ name: String, isRequired: Bool = true, _ expects: String, read reading: String,
        requires requirement: Requirement = .runs, timeout: Duration = .seconds(30),
        _ body: @escaping @Sendable (CheckRoom) async throws -> CheckVerdict
    ) {
        self.name = name
        self.isRequired = isRequired
        self.expects = expects
        self.reading = reading
        self.requirement = requirement
        self.timeout = timeout
        self.body = body
    }
}
