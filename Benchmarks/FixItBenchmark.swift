import RepairTestSupport

/// The broken packages of the tests, each built and repaired with `swift build` as the deployer does it: what the compiler's
/// own fix-its are worth, and what a candidate costs.
struct FixItBenchmark: Benchmark {
    let name = "fix-its"

    func run() async throws -> [Row] {
        var repaired = 0
        var worse = 0
        var builds = 0
        let clock = ContinuousClock()
        let started = clock.now
        for package in BrokenPackage.all {
            Progress.say("  \(package.name)")
            let trial = try await FixItTrial.run(package, by: .packageManager)
            builds += 1 + trial.tried.count
            guard case .repaired = trial.outcome else { continue }
            repaired += 1
            if trial.tried.last?.output != package.prints { worse += 1 }
        }
        let seconds = (clock.now - started) / builds / .seconds(1)
        let count = BrokenPackage.all.count
        var row = Row(
            benchmark: name, what: "broken packages repaired by the compiler's fix-its alone, verified by swift build",
            ours: Double(repaired), unit: "", peer: "packages", peerValue: Double(count), target: "none made worse",
            note: "\(builds) builds, \(Measure.milliseconds(seconds * 1000)) each")
        row.isMet = worse == 0
        return [row]
    }
}
