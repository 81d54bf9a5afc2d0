import Model
import PluginAPI
import Synchronization

/// Takes the events of one operation: masks, counts and bounds them, passes them on and keeps what the outcome needs.
final class StageCollector: Sendable {
    struct Kept: Sendable {
        var diagnostics: [Diagnostic] = []
        var outputs: [String: String] = [:]
        var checkpoint: [UInt8]?
        var summary = ""
        var retryAfter: Duration?
        var detections: [(kind: String, confidence: Int, evidence: String)] = []
        /// Diagnostics beyond the cap.
        var droppedDiagnostics = 0
        var logLines = 0
    }

    /// Lines a plugin may log as events of their own; the rest is treated as a flood.
    private static let freeLogLines = 20_000

    private let kept = Mutex(Kept())
    private let masker: SecretMasker
    private let service: ServiceName?
    private let stage: Stage?
    private let flood: StageOutput
    private let events: @Sendable (StageEvent) -> Void

    /// - Parameter flood: takes the lines of a plugin that logs without end.
    init(
        masker: SecretMasker, service: ServiceName?, stage: Stage?, flood: StageOutput,
        events: @escaping @Sendable (StageEvent) -> Void
    ) {
        self.masker = masker
        self.service = service
        self.stage = stage
        self.flood = flood
        self.events = events
    }

    var result: Kept { kept.withLock { $0 } }

    /// Returns what is wrong with an event; nil when it was taken.
    func take(_ type: WireType, _ fields: WireFields) -> String? {
        switch type {
        case .log: log(fields)
        case .diagnostic: report(diagnostic(fields))
        case .progress:
            let share = fields.number(.share)
            events(
                .progress(
                    share: (0...10_000).contains(share) ? Double(share) / 10_000 : nil, message: text(fields, .text)))
        case .output: return output(fields)
        case .checkpoint:
            let state = Array(fields.bytes(.state) ?? [])
            guard state.count <= Int(DEPLOYER_CAP_CHECKPOINT) else { return "a checkpoint over the cap" }
            kept.withLock { $0.checkpoint = state }
            events(.checkpoint(state))
        case .summary:
            let summary = text(fields, .text)
            kept.withLock { $0.summary = summary }
        case .retryAfter:
            let milliseconds = min(max(fields.number(.milliseconds), 0), 86_400_000)
            kept.withLock { $0.retryAfter = .milliseconds(milliseconds) }
        case .detected: detected(fields)
        default: return "a message that is no event"
        }
        return nil
    }

    /// Adds a finding; beyond the cap it is only counted.
    func report(_ diagnostic: Diagnostic) {
        let isKept = kept.withLock { kept in
            guard kept.diagnostics.count < Int(DEPLOYER_CAP_DIAGNOSTICS) else {
                kept.droppedDiagnostics += 1
                return false
            }
            kept.diagnostics.append(diagnostic)
            return true
        }
        if isKept { events(.diagnostic(diagnostic)) }
    }

    /// Passes a line of the host's own into the log of the stage.
    func say(_ text: String, _ level: LogLine.Level) {
        events(.log(LogLine(masker.mask(text), level: level, service: service, stage: stage)))
    }

    private func text(_ fields: WireFields, _ tag: WireTag) -> String { masker.mask(fields.text(tag)) }

    private func log(_ fields: WireFields) {
        let level: LogLine.Level =
            switch Int32(clamping: fields.number(.level)) {
            case DEPLOYER_LEVEL_DEBUG: .debug
            case DEPLOYER_LEVEL_WARNING: .warning
            case DEPLOYER_LEVEL_ERROR: .error
            default: .info
            }
        let stream: LogLine.Stream =
            switch Int32(clamping: fields.number(.stream)) {
            case DEPLOYER_STREAM_STDOUT: .stdout
            case DEPLOYER_STREAM_STDERR: .stderr
            default: .plugin
            }
        let isFree = kept.withLock { kept in
            kept.logLines += 1
            return kept.logLines <= Self.freeLogLines
        }
        for line in text(fields, .text).split(separator: "\n", omittingEmptySubsequences: false) {
            if isFree {
                events(.log(LogLine(String(line), level: level, stream: stream, service: service, stage: stage)))
            } else {
                Array("\(line)\n".utf8).withUnsafeBytes { flood.take(stream, $0) }
            }
        }
    }

    private func output(_ fields: WireFields) -> String? {
        let key = text(fields, .key)
        let value = text(fields, .value)
        guard !key.isEmpty, key.utf8.count <= 3 * Int(DEPLOYER_CAP_OUTPUT_KEY) else { return "an output without a key" }
        let isKept = kept.withLock { kept in
            guard kept.outputs[key] != nil || kept.outputs.count < Int(DEPLOYER_CAP_OUTPUTS) else { return false }
            kept.outputs[key] = value
            return true
        }
        if isKept { events(.output(key: key, value: value)) }
        return nil
    }

    private func detected(_ fields: WireFields) {
        let found = (
            kind: text(fields, .kind), confidence: Int(min(max(fields.number(.confidence), 0), 100)),
            evidence: text(fields, .evidence)
        )
        kept.withLock { if $0.detections.count < 100 { $0.detections.append(found) } }
    }

    private func diagnostic(_ fields: WireFields) -> Diagnostic {
        let severities: [Diagnostic.Severity] = [.note, .remark, .warning, .error, .fatal]
        let number = Int(clamping: fields.number(.severity))
        let code = text(fields, .code)
        let summary = text(fields, .summary)
        var diagnostic = Diagnostic(
            severities.indices.contains(number) ? severities[number] : .error, code: code.isEmpty ? "plugin" : code,
            message: summary.isEmpty ? "(the plugin gave no text)" : summary, location: location(fields), stage: stage)
        let group = text(fields, .group)
        let pointer = text(fields, .pointer)
        diagnostic.group = pointer.isEmpty ? (group.isEmpty ? nil : group) : pointer
        let detail = text(fields, .detail)
        diagnostic.detail = detail.isEmpty ? nil : detail
        diagnostic.notes = fields.all(.note).map {
            let note = WireFields($0)
            return .init(message: text(note, .summary), location: location(note))
        }
        diagnostic.fixIts = fields.all(.fixIt).map {
            let fix = WireFields($0)
            return FixIt(
                file: text(fix, .file), startLine: Int(fix.number(.line)), startColumn: Int(fix.number(.column)),
                endLine: Int(fix.number(.endLine)), endColumn: Int(fix.number(.endColumn)),
                replacement: fix.text(.value))
        }
        return diagnostic
    }

    private func location(_ fields: WireFields) -> FileLocation? {
        let file = text(fields, .file)
        guard !file.isEmpty else { return nil }
        let line = Int(clamping: fields.number(.line))
        let column = Int(clamping: fields.number(.column))
        return FileLocation(file: file, line: line > 0 ? line : nil, column: column > 0 ? column : nil)
    }
}
