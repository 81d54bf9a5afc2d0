extension ConformanceCheck {
    private static let reading = "plugin_api.h, cancel/1"

    static let cancellation: [ConformanceCheck] = [
        ConformanceCheck(
            "cancel.before", "A stage that was cancelled before it began is back within the grace period of 5 s.",
            read: reading
        ) { await eachStage($0, "before") },
        ConformanceCheck(
            "cancel.during", "A stage that is cancelled while it waits for a command or an answer is back within 5 s.",
            read: reading
        ) { await eachStage($0, "during") },
        ConformanceCheck(
            "cancel.after", "A cancellation that comes when a stage is over disturbs nothing.", read: reading
        ) { await eachStage($0, "after") },
        ConformanceCheck(
            "cancel.deadline",
            "A stage whose commands and requests keep failing gives up at its deadline, 5 s later at most.",
            read: "plugin_api.h, deployer_run_request.deadline_ns"
        ) { await eachStage($0, "deadline") },
    ]

    /// A cancellation cannot be taken back, so each stage has a process of its own.
    static func eachStage(_ room: CheckRoom, _ part: String) async -> CheckVerdict {
        var problems: [String] = []
        var notes: [String] = []
        for stage in room.subject.stages {
            let report = await Probe(room: room).run("cancel", ["part": part, "stage": stage])
            if report.problems.isEmpty, let reason = report.skip { return .skipped(reason) }
            problems += report.problems
            if let status = report.facts[stage] { notes.append("\(stage) \(status)") }
        }
        return CheckVerdict(problems: problems, notes: [notes.joined(separator: ", ")])
    }
}
