import Diagnostics
import Model
import Stages
import Synchronization

/// What a command printed, taken line by line: progress for people, its last words, what it says of its tokens.
final class CommandReport: Sendable {
    struct Summary: Sendable {
        var usage = TokenUsage()
        var isCounted = false
        var message: String?
        /// Of `codex exec`: why a turn failed. A later turn that is completed takes it back.
        var trouble: String?
        /// The last lines, of both outputs.
        var tail: [String] = []
        /// Everything, up to the recorder's limit.
        var whole = ""
        var leftOut = 0
    }

    private static let tailLines = 20
    private static let wholeBytes = 256 << 10

    private let state = Mutex(Summary())
    private let progress: @Sendable (String) -> Void

    private let masker: SecretMasker

    init(_ masker: SecretMasker, _ progress: @escaping @Sendable (String) -> Void) {
        self.masker = masker
        self.progress = progress
    }

    var summary: Summary { state.withLock { $0 } }

    /// - Parameter event: of `StageOutput`: lines whole, secrets masked, floods dammed.
    func take(_ event: StageEvent) {
        guard case .log(let line) = event else { return }
        // Masked once more: what an invisible character parted was no secret before.
        let text = masker.mask(TextScrubber.scrub(line.text))
        let event = line.stream == .stdout ? CodexEvent(line: text) : nil
        let shown = state.withLock { state in
            let bytes = text.utf8.count + 1
            if state.whole.utf8.count + bytes <= Self.wholeBytes {
                state.whole += text + "\n"
            } else {
                state.leftOut += bytes
            }
            return Self.digest(event, text, &state)
        }
        if let shown { progress(shown) }
    }

    /// - Returns: what people are to see.
    private static func digest(_ event: CodexEvent?, _ text: String, _ state: inout Summary) -> String? {
        switch event {
        case nil:
            state.tail.append(text)
            if state.tail.count > tailLines { state.tail.removeFirst() }
            return text
        case .threadStarted, .turnStarted, .silent: return nil
        case .turnCompleted(let usage):
            state.usage = state.usage + usage
            state.isCounted = true
            state.trouble = nil
            return "took \(usage.input) tokens in, \(usage.output) out"
        case .turnFailed(let words), .failed(let words):
            state.trouble = ModelAnswer.short(words)
            return "failed: \(ModelAnswer.short(words))"
        case .message(let words):
            state.message = words
            return "says: \(ModelAnswer.short(words.split(whereSeparator: \.isWhitespace).joined(separator: " ")))"
        case .progress(let words): return words
        }
    }
}
