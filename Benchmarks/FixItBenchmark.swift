import RepairTestSupport

/// The broken packages of the tests, each built and repaired with `swift build` as the deployer does it: what the compiler's
/// own fix-its are worth, and what a candidate costs.
struct FixItBenchmark: Benchmark {
    let name = "fix-its"

    func run() async throws -> [Row] {
        var repaired: Set<String> = []
        var otherMeaning = 0
        var builds = 0
        let clock = ContinuousClock()
        let started = clock.now
        for package in BrokenPackage.all {
            Progress.say("  \(package.name)")
            let trial = try await FixItTrial.run(package, by: .packageManager)
            builds += 1 + trial.tried.count
            switch trial.outcome {
            case .repaired: repaired.insert(package.name)
            case .otherMeaning: otherMeaning += 1
            case .noCandidate, .noneBuilds: break
            }
        }
        let seconds = (clock.now - started) / builds / .seconds(1)
        let count = BrokenPackage.all.count
        var row = Row(
            benchmark: name, what: "broken packages repaired by the compiler's fix-its alone, verified by swift build",
            ours: Double(repaired.count), unit: "", peer: "packages", peerValue: Double(count),
            target: "those of Documentation/FixIts.md",
            note: "\(builds) builds, \(Measure.milliseconds(seconds * 1000)) each by the clock; "
                + "\(otherMeaning) built and were refused for what they print")
        row.isMet = repaired == Self.known
        return [row]
    }

    /// Those that the page says the compiler alone repairs: the package manager must come to the same.
    private static var known: Set<String> {
        let rows = (DocumentTable(page: "FixIts.md", name: "packages").text ?? "").split(separator: "\n")
        return Set(
            rows.filter { $0.contains("**repaired**") }.compactMap { row in
                row.split(separator: "|").first.map { String($0.filter { $0 != " " }) }
            })
    }
}
