import Diagnostics
import Model
import Stages
import Synchronization

/// What a build prints: its last lines, and what its tools complained of, with places. Bounded, whatever it prints.
final class BuildOutput: Sendable {
    private struct State {
        var parser: SwiftOutputParser
        var partial: [ProcessOutput: [UInt8]] = [:]
        var found: [Diagnostic] = []
        var tail: [String] = []
    }
    private let state: Mutex<State>
    private let show: (@Sendable (String) -> Void)?
    private static let kept = 30
    private static let longest = 4096

    /// - Parameter show: told of each line.
    init(sources: String, show: (@Sendable (String) -> Void)?) {
        state = Mutex(State(parser: SwiftOutputParser(paths: PathMapper(sourceDirectory: sources), limit: 200)))
        self.show = show
    }

    func take(_ output: ProcessOutput, _ bytes: UnsafeRawBufferPointer) {
        var lines: [String] = []
        state.withLock { state in
            var rest = state.partial[output, default: []]
            for byte in bytes {
                guard byte == 0x0A else {
                    if rest.count < Self.longest { rest.append(byte) }
                    continue
                }
                lines.append(Self.add(rest, output, &state))
                rest.removeAll(keepingCapacity: true)
            }
            state.partial[output] = rest
        }
        if let show { for line in lines { show(line) } }
    }

    private static func add(_ bytes: [UInt8], _ output: ProcessOutput, _ state: inout State) -> String {
        let text = TextScrubber.scrub(bytes)
        if !text.isEmpty {
            if state.tail.count >= kept { state.tail.removeFirst() }
            state.tail.append(text)
        }
        state.found += state.parser.consume(
            line: RustMessage.plain(text), from: output == .standardError ? .stderr : .stdout)
        return text
    }

    /// After the end: the errors with their places, at most ten, and the last lines.
    func finish() -> (errors: [Diagnostic], tail: [String]) {
        state.withLock { state in
            for (output, bytes) in state.partial where !bytes.isEmpty { _ = Self.add(bytes, output, &state) }
            state.partial = [:]
            state.found += state.parser.finish()
            return (Array(state.found.filter { $0.isError && $0.location != nil }.prefix(10)), state.tail)
        }
    }
}

/// cargo's `--message-format short` says `src/lib.rs:3:5: error[E0425]: text`; all other tools say `error: text`.
enum RustMessage {
    static func plain(_ line: String) -> String {
        guard let open = line.firstRange(of: ": error[E"), let close = line[open.upperBound...].firstIndex(of: "]")
        else {
            return line
        }
        let code = line[line.index(open.lowerBound, offsetBy: 8)..<close]
        return "\(line[..<open.lowerBound]): error\(line[line.index(after: close)...]) [\(code)]"
    }
}
