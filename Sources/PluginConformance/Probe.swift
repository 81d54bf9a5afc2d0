import Model
import Stages

/// Runs PluginProbe, one process for one call.
struct Probe: Sendable {
    let room: CheckRoom

    /// What a probe said: `facts` are for the check that asked.
    struct Report: Sendable {
        var problems: [String] = []
        var notes: [String] = []
        var facts: [String: String] = [:]
        var skip: String?
        /// False when it broke off: a crash, a hang.
        var isWhole = true

        var verdict: CheckVerdict {
            if !problems.isEmpty { return isWhole ? .failed(problems) : .broken(problems) }
            return skip.map(CheckVerdict.skipped) ?? .passed(notes: notes)
        }
    }

    /// - Parameters:
    ///   - check: the probe's name of it.
    ///   - arguments: beside those that every check gets.
    ///   - environment: variables to set beside the usual ones.
    func run(
        _ check: String, _ arguments: [String: String] = [:], environment: [String: String] = [:]
    ) async -> Report {
        let subject = room.subject
        var all = [
            "library": subject.library, "runtime": subject.runtime, "kind": subject.kind,
            "stages": subject.stages.joined(separator: ","),
            "services": (subject.description?.services ?? []).joined(separator: ",") + ",cancel/1",
            "options": room.optionsFile, "sample": room.sampleFile, "source": room.source, "scratch": room.scratch,
            "release": room.releases, "seed": String(subject.options.seed),
        ]
        if let state = subject.options.state { all["state"] = state }
        all["deadline"] = String(subject.options.patience.deadline.wholeMilliseconds)
        all["grace"] = String(subject.options.patience.grace.wholeMilliseconds)
        all.merge(arguments) { _, new in new }
        let runner = ProcessRunner(groups: .none, entrance: "\(subject.options.programs)/ServiceSupervisor")
        let result = await runner.run(
            ProcessRequest(
                operation: "harness-\(UInt64.random(in: 1...(.max)))",
                arguments: ["\(subject.options.programs)/PluginProbe", check]
                    + all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" },
                directory: room.folder, environment: room.environment.merging(environment) { _, new in new },
                timeout: room.timeout, grace: .milliseconds(200), keptOutput: 1 << 20)
        ) { _, _ in }
        return Self.read(result, timeout: room.timeout)
    }

    static func read(_ result: ProcessResult, timeout: Duration) -> Report {
        var report = Report()
        var place = "it was started"
        var circumstances = ""
        var isDone = false
        for line in String(decoding: result.standardOutput, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let text = parts.count == 2 ? parts[1] : ""
            switch parts[0] {
            case "at": place = text
            case "with": circumstances = ", with \(text)"
            case "hang":
                report.problems.append(text + circumstances)
                report.isWhole = false
                isDone = true
            case "fail": report.problems.append(text)
            case "note": report.notes.append(text)
            case "skip": report.skip = text
            case "fact":
                let pair = text.split(separator: " ", maxSplits: 1).map(String.init)
                if pair.count == 2 { report.facts[pair[0]] = pair[1] }
            case "done": isDone = true
            default: break
            }
        }
        if !isDone {
            report.problems.append(ending(result, place + circumstances, timeout) + words(result))
            report.isWhole = false
        }
        return report
    }

    private static func ending(_ result: ProcessResult, _ place: String, _ timeout: Duration) -> String {
        switch result.end {
        case .exited(let code): "it left with exit(\(code)) while \(place)"
        case .signalled(let signal): "it crashed with \(SignalName.name(signal)) while \(place)"
        case .timedOut: "it was not done after \(timeout.spoken), and was ended while \(place)"
        case .cancelled: "the harness was ended while \(place)"
        case .notStarted(_, let reason): "the harness's own program was not started: \(reason)"
        }
    }

    /// The last line it printed before it broke off.
    private static func words(_ result: ProcessResult) -> String {
        let lines = String(decoding: result.standardError.suffix(4096), as: UTF8.self).split(separator: "\n")
        guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
        return "; it said: \(last.prefix(200))"
    }
}
