#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Measures what the design promises, each against a peer in the same run. A report, not a test: a missed target is
/// printed as such, and the exit code stays 0.
@main
struct DeployerBench {
    static let usage = """
        usage: DeployerBench [--json] [--filter NAME]... [--list]

          --json         the rows as JSON on standard output; progress stays on standard error
          --filter NAME  only benchmarks whose name contains NAME; may be given more than once
          --list         the names of the benchmarks
        """

    static let all: [any Benchmark] = [
        PollBenchmark(), PlanningBenchmark(), CycleBenchmark(), WorkspaceBenchmark(), WorkerBenchmark(),
        CaptureBenchmark(), ComposeBenchmark(), HarnessBenchmark(), TypesenseBenchmark(), PatchBenchmark(),
        VerificationBenchmark(), CorpusBenchmark(), FixItBenchmark(),
    ]

    static func main() async {
        // A reader that goes away early must not end a benchmark half way, with its processes left behind.
        signal(SIGPIPE, SIG_IGN)
        var arguments = Array(CommandLine.arguments.dropFirst())
        if let role = arguments.first.flatMap(Role.init) {
            return await role.play(Array(arguments.dropFirst()))
        }
        var filters: [String] = []
        var wantsJSON = false
        while !arguments.isEmpty {
            switch arguments.removeFirst() {
            case "--json": wantsJSON = true
            case "--filter" where !arguments.isEmpty: filters.append(arguments.removeFirst())
            case "--list":
                for benchmark in all { print(benchmark.name) }
                return
            case "--help", "-h": return print(usage)
            default:
                Progress.say(usage)
                exit(2)
            }
        }
        let chosen = all.filter { benchmark in
            filters.isEmpty || filters.contains { benchmark.name.contains($0) }
        }
        var report = Report(machine: Machine.description)
        for benchmark in chosen {
            Progress.say("\(benchmark.name) …")
            do {
                report.rows += try await benchmark.run()
            } catch {
                report.rows.append(.unavailable(benchmark.name, "all of it", "\(error)"))
            }
        }
        print(wantsJSON ? report.json : report.table)
    }
}

protocol Benchmark: Sendable {
    var name: String { get }
    func run() async throws -> [Row]
}

/// Says on standard error what is being measured, for runs take minutes.
enum Progress {
    static func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
