package import Model

/// What the log and the console say around the stages: the same lines for both.
package enum CycleLines {
    package static func cycleStarted(
        _ cycle: Int64, revision: Revision, previous: Revision?, services: [ServiceName], at time: Timestamp
    ) -> [LogLine] {
        let from = previous.map { " (before: \($0.short))" } ?? ""
        let names = services.map(\.text).joined(separator: ", ")
        return [LogLine("== cycle \(cycle) at \(revision.short)\(from): \(names) ==", time: time)]
    }

    package static func stageStarted(
        service: ServiceName, stage: Stage, operation: String, at time: Timestamp
    ) -> LogLine {
        LogLine("== \(stage) of \(service) begins (\(operation)) ==", service: service, stage: stage, time: time)
    }

    /// Warnings of a stage that the log tells; a compiler may have thousands, and prints them itself.
    private static let mostWarnings = 10

    /// The findings first, then one line with the end.
    package static func stageEnded(service: ServiceName, outcome: StageOutcome, at time: Timestamp) -> [LogLine] {
        var lines = outcome.diagnostics.filter(\.isError).map {
            LogLine($0.line, level: .error, service: service, stage: outcome.stage, time: time)
        }
        let warnings = outcome.diagnostics.filter { $0.severity == .warning }
        lines += warnings.prefix(mostWarnings).map {
            LogLine($0.line, level: .warning, service: service, stage: outcome.stage, time: time)
        }
        if warnings.count > mostWarnings {
            let text = "and \(warnings.count - mostWarnings) more warnings; `host show` lists them"
            lines.append(LogLine(text, level: .warning, service: service, stage: outcome.stage, time: time))
        }
        if let tests = outcome.tests {
            lines.append(
                LogLine("tests: \(counts(tests))", service: service, stage: outcome.stage, time: time))
        }
        let summary = outcome.summary.isEmpty ? "" : ": \(outcome.summary)"
        let text = "== \(outcome.stage) \(outcome.status.rawValue) in \(outcome.duration.duration.spoken)\(summary) =="
        lines.append(
            LogLine(
                text, level: outcome.status.allowsProgress ? .info : .error, service: service, stage: outcome.stage,
                time: time))
        return lines
    }

    /// The closing summary: one line for the cycle, one for each service, and the errors of those that failed.
    package static func cycleEnded(_ record: CycleRecord, at time: Timestamp) -> [LogLine] {
        let duration = (time - record.startedAt).spoken
        let isGood = record.outcome == .succeeded
        var lines = [
            LogLine(
                "== cycle \(record.id) \(record.outcome.rawValue) in \(duration) at \(record.revision.short) ==",
                level: isGood ? .info : .error, time: time)
        ]
        for result in record.services {
            let stages = result.stages.map {
                "\($0.stage) \($0.status.rawValue) \($0.duration.duration.spoken)"
            }.joined(separator: ", ")
            let level: LogLine.Level =
                switch result.outcome {
                case .deployed, .running, .superseded: .info
                case .skipped, .interrupted: .warning
                case .failed, .rolledBack: .error
                }
            lines.append(
                LogLine(
                    result.outcome.rawValue + (result.note.map { " (\($0))" } ?? "")
                        + (stages.isEmpty ? "" : ": \(stages)"), level: level, service: result.service, time: time))
            guard level == .error, let decisive = result.stages.last(where: { !$0.status.allowsProgress }) else {
                continue
            }
            lines += decisive.diagnostics.filter(\.isError).prefix(10).map {
                LogLine($0.line, level: .error, service: result.service, stage: decisive.stage, time: time)
            }
        }
        return lines
    }

    /// `12 passed, 1 failed, 2 skipped`; what is zero is left out, except that there is always one number.
    package static func counts(_ tests: TestReport) -> String {
        let parts = [
            (tests.count(.passed), "passed"), (tests.count(.failed), "failed"), (tests.count(.skipped), "skipped"),
        ].filter { $0.0 > 0 }
        return parts.isEmpty ? "0 passed" : parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
