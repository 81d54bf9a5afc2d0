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
        var detections: [(kind: String, confidence: Int, evidence: String, isCompanion: Bool)] = []
        /// Diagnostics and outputs beyond the caps.
        var droppedDiagnostics = 0
        var droppedOutputs = 0
        /// Bytes of the diagnostics and outputs that are kept.
        var bytes = 0
        var logLines = 0
        var logBytes = 0
    }

    /// Lines a plugin may log as events of their own, and the bytes of them; the rest is treated as a flood.
    private static let freeLogLines = 20_000
    private static let freeLogBytes = 8 << 20

    private let kept = Mutex(Kept())
    private let masker: SecretMasker
    /// Bytes of diagnostics and outputs.
    private let mostBytes: Int
    private let service: ServiceName?
    private let stage: Stage?
    private let flood: StageOutput
    private let events: @Sendable (StageEvent) -> Void

    /// - Parameters:
    ///   - limits: how much is kept.
    ///   - flood: takes the lines of a plugin that logs without end.
    init(
        masker: SecretMasker, limits: WorkerLimits, service: ServiceName?, stage: Stage?, flood: StageOutput,
        events: @escaping @Sendable (StageEvent) -> Void
    ) {
        self.masker = masker
        mostBytes = limits.keptBytes
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

    /// Adds a finding; beyond the caps it is only counted, unless it is the host's own.
    func report(_ diagnostic: Diagnostic, isOwn: Bool = false) {
        let isKept = kept.withLock { kept in
            let size = diagnostic.size
            // What the host itself has to say comes at the end and has its place, however much there was before.
            guard isOwn || (kept.diagnostics.count < Int(DEPLOYER_CAP_DIAGNOSTICS) && kept.bytes + size <= mostBytes)
            else {
                kept.droppedDiagnostics += 1
                return false
            }
            kept.bytes += size
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
        let text = text(fields, .text)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let free = kept.withLock { kept in
            defer {
                kept.logLines += lines.count
                kept.logBytes += text.utf8.count
            }
            return kept.logBytes < Self.freeLogBytes ? max(0, Self.freeLogLines - kept.logLines) : 0
        }
        for (number, line) in lines.enumerated() {
            if number < free {
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
            let before = kept.outputs[key].map { key.utf8.count + $0.utf8.count } ?? 0
            let bytes = kept.bytes - before + key.utf8.count + value.utf8.count
            guard before > 0 || kept.outputs.count < Int(DEPLOYER_CAP_OUTPUTS), bytes <= mostBytes else {
                kept.droppedOutputs += 1
                return false
            }
            kept.bytes = bytes
            kept.outputs[key] = value
            return true
        }
        if isKept { events(.output(key: key, value: value)) }
        return nil
    }

    private func detected(_ fields: WireFields) {
        let found = (
            kind: text(fields, .kind), confidence: Int(min(max(fields.number(.confidence), 0), 100)),
            evidence: text(fields, .evidence),
            isCompanion: fields.number(.flags) & Int64(DEPLOYER_DETECTION_COMPANION) != 0
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
                replacement: text(fix, .value))
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

extension Diagnostic {
    /// Bytes that it takes, roughly.
    fileprivate var size: Int {
        let texts = [code, message, detail ?? "", group ?? "", location?.file ?? ""]
        let related = notes.map { $0.message.utf8.count + ($0.location?.file.utf8.count ?? 0) + 64 }
        let fixes = fixIts.map { $0.file.utf8.count + $0.replacement.utf8.count + 64 }
        return 256 + texts.reduce(0) { $0 + $1.utf8.count } + (related + fixes).reduce(0, +)
    }
}
