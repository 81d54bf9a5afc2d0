import Model
import PluginAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Makes the outcome of a stage from what its worker said and from how it ended: the host's word stands over the plugin's.
struct OutcomeJudge {
    let plugin: LoadedPlugin
    /// What it was doing, for people: `running 'build'`.
    let command: String
    let stage: Stage
    /// The command is preceded by an `open` of its own.
    var opensFirst = true

    func outcome(_ report: WorkerReport, _ collector: StageCollector, timeout: Duration) -> StageOutcome {
        let told = collector.result
        var status = self.status(report, told, collector)
        if let stop = report.stop, !status.allowsProgress || status == .unsupported {
            status = stop == .timedOut ? .timedOut : .cancelled
        }
        if status == .timedOut, !collector.result.diagnostics.contains(where: { $0.code == "plugin.hang" }) {
            add(.error, "stage.timeout", "'\(stage)' was not done within \(timeout.spoken)", collector)
        }
        let kept = collector.result
        var outcome = StageOutcome(stage: stage, status: status, summary: "")
        outcome.diagnostics = kept.diagnostics
        outcome.outputs = kept.outputs
        outcome.checkpoint = kept.checkpoint
        outcome.retryAfter = kept.retryAfter.map { DurationText($0) }
        if let report = kept.outputs["test-report"] {
            outcome.tests = try? JSONDecoder().decode(TestReport.self, from: Data(report.utf8))
            if outcome.tests == nil { collector.say("the plugin's test report is not one and is ignored", .warning) }
        }
        if kept.droppedDiagnostics > 0 {
            collector.say("\(kept.droppedDiagnostics) further diagnostics are not kept", .warning)
        }
        if kept.droppedOutputs > 0 {
            collector.say("\(kept.droppedOutputs) further outputs are not kept", .warning)
        }
        outcome.summary = summary(report, status, kept, timeout)
        return outcome
    }

    private func status(
        _ report: WorkerReport, _ told: StageCollector.Kept, _ collector: StageCollector
    ) -> StageStatus {
        if let refusal = report.refusal, report.fault == nil {
            add(.error, "plugin.refused", "the plugin '\(plugin.info.id)' was not loaded: \(refusal)", collector)
            return .failed
        }
        if let fault = report.fault {
            if case .hungInClose = fault, let status = report.status {
                add(.warning, fault.code, "the plugin '\(plugin.info.id)' \(fault.sentence)", collector)
                return judged(status, told, collector)
            }
            if report.status != nil, case .signalled = fault {
                add(.warning, fault.code, "the plugin '\(plugin.info.id)' \(fault.sentence), in close", collector)
                return judged(report.status ?? DEPLOYER_STATUS_FAILED, told, collector)
            }
            let text = "the plugin '\(plugin.info.id)' \(fault.sentence) while \(doing(report))"
            add(.fatal, fault.code, text, collector)
            if case .notStarted(let failure) = fault, failure.scheduling == .retry { return .retryable }
            return .failed
        }
        if let open = report.openStatus, open != DEPLOYER_STATUS_OK {
            // Only OK is a success of open; and what it could not open has not been run.
            return judged(open == DEPLOYER_STATUS_NO_CHANGE ? DEPLOYER_STATUS_FAILED : open, told, collector)
        }
        return judged(report.status ?? DEPLOYER_STATUS_FAILED, told, collector)
    }

    /// The plugin's status, held against the contract.
    private func judged(_ number: Int32, _ told: StageCollector.Kept, _ collector: StageCollector) -> StageStatus {
        let known: [Int32: StageStatus] = [
            DEPLOYER_STATUS_OK: .ok, DEPLOYER_STATUS_NO_CHANGE: .noChange, DEPLOYER_STATUS_UNSUPPORTED: .unsupported,
            DEPLOYER_STATUS_INVALID_CONFIG: .invalidConfig, DEPLOYER_STATUS_UNAVAILABLE: .unavailable,
            DEPLOYER_STATUS_RETRYABLE: .retryable, DEPLOYER_STATUS_FAILED: .failed,
            DEPLOYER_STATUS_CANCELLED: .cancelled, DEPLOYER_STATUS_TIMED_OUT: .timedOut,
        ]
        guard let status = known[number] else {
            contract("answered with the unknown status \(number)", collector)
            return .failed
        }
        if status == .failed || status == .invalidConfig, !told.diagnostics.contains(where: \.isError) {
            contract("reported '\(status.rawValue)' without an error diagnostic", collector)
        }
        return status
    }

    /// How far it had come when it broke off: what goes wrong while it is loaded or in `open` is no fault of the stage.
    private func doing(_ report: WorkerReport) -> String {
        if case .notStarted = report.fault { return command }
        if report.loaded == nil { return "being loaded, before \(command)" }
        return opensFirst && report.openStatus == nil ? "in open, before \(command)" : command
    }

    private func contract(_ what: String, _ collector: StageCollector) {
        add(
            .error, "plugin.contract", "the plugin '\(plugin.info.id)' broke its contract: it \(what) while \(command)",
            collector)
    }

    private func add(_ severity: Diagnostic.Severity, _ code: String, _ text: String, _ collector: StageCollector) {
        collector.report(Diagnostic(severity, code: code, message: text, stage: stage), isOwn: true)
    }

    private func summary(
        _ report: WorkerReport, _ status: StageStatus, _ kept: StageCollector.Kept, _ timeout: Duration
    ) -> String {
        if let fault = report.fault, report.status == nil {
            return "the plugin '\(plugin.info.id)' \(fault.sentence) while \(doing(report))"
        }
        if let refusal = report.refusal { return "the plugin '\(plugin.info.id)' was not loaded: \(refusal)" }
        if !kept.summary.isEmpty { return kept.summary }
        let first = kept.diagnostics.first(where: \.isError)?.message
        return switch status {
        case .ok: "'\(stage)' is done"
        case .noChange: "'\(stage)' had nothing to do"
        case .unsupported: "the plugin '\(plugin.info.id)' does not do '\(stage)' for this service"
        case .cancelled: "'\(stage)' was cancelled"
        case .timedOut: "'\(stage)' was not done within \(timeout.spoken)"
        case .invalidConfig: first.map { "the options are not valid: \($0)" } ?? "the options are not valid"
        case .unavailable: first ?? "something that '\(stage)' needs is not there"
        case .retryable: first ?? "'\(stage)' may work when it is tried again"
        case .failed: first ?? "'\(stage)' failed"
        }
    }
}
