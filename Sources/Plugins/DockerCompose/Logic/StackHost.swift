package import PluginKit

/// How a command ended.
package struct CommandEnd: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut
        case cancelled
        /// With errno, or 0.
        case notStarted(Int32)
    }
    package var outcome: Outcome
    /// For people, when it was not simply an exit.
    package var message: String
    package var output: [UInt8]
    package var error: [UInt8]
    package init(_ outcome: Outcome, message: String = "", output: [UInt8] = [], error: [UInt8] = []) {
        self.outcome = outcome
        self.message = message
        self.output = output
        self.error = error
    }
    package var succeeded: Bool { outcome == .exited(0) }
    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: error, as: UTF8.self) }

    /// What went wrong, in the command's own last words; for people.
    package var reason: String {
        switch outcome {
        case .exited(let code):
            let words = error.isEmpty ? output : error
            let lines = String(decoding: words.suffix(16 << 10), as: UTF8.self).split(whereSeparator: \.isNewline)
            // Compose prints its warnings before and its reason last.
            let last = lines.last { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("time=") } ?? lines.last
            return last.map { String($0.prefix(500)) } ?? "it ended with exit code \(code)"
        default: return message.isEmpty ? "it ended with \(outcome)" : message
        }
    }
}

/// What the stages need of the world, so that they can be run without one. `PluginStackHost` is the real one.
package protocol StackHost {
    func log(_ text: String, level: PluginLog.Level)
    func report(_ diagnostic: PluginDiagnostic)
    func progress(_ share: Double?, _ message: String)
    func output(_ key: String, _ value: String)
    func checkpoint(_ state: [UInt8])
    func plan(_ changes: [PlanChange])

    /// Runs a command to its end; a non-zero exit is a result.
    func run(_ command: ProcessCommand, onOutput: ((ProcessHost.Stream, [UInt8]) -> Void)?) throws -> CommandEnd

    var isCancelled: Bool { get }
    /// Until the stage is killed.
    var timeLeft: Duration { get }
    /// Of a clock that only goes forward.
    var now: Duration { get }
    /// Waits, at most until the stage is cancelled.
    func pause(_ duration: Duration)
}

extension StackHost {
    package func log(_ text: String) { log(text, level: .info) }
}
