package import Diagnostics
package import Model
package import PluginKit

/// One run of a tool of the toolchain: its output becomes findings and progress while it comes.
package struct ToolRun {
    package var end: ToolEnd
    package var parser: SwiftOutputParser

    /// Runs the command; leaves time to tell about it before the stage's own deadline.
    package init(
        _ command: ProcessCommand, stage: Stage, host: some StageHost, paths: PathMapper
    ) throws {
        var command = command
        command.timeout = Self.timeout(within: host.timeLeft)
        var parser = SwiftOutputParser(paths: paths, stage: stage)
        var progress = BuildProgress()
        end = try host.run(command) { stream, bytes in
            _ = parser.consume(bytes, from: stream)
            if stream == .stdout, let (share, message) = progress.consume(bytes) { host.progress(share, message) }
        }
        if case .ended(let termination) = end.outcome {
            _ = parser.finish(termination)
        } else {
            _ = parser.finish(nil)
        }
        self.parser = parser
    }

    /// It ended well, and by its own account too: SwiftPM answers 0 when its compiler was killed, and says so in words
    /// alone.
    package var succeeded: Bool {
        end.succeeded && !parser.diagnostics.contains { $0.code == DiagnosticCode.killed }
    }

    /// The child's share of the time that is left.
    package static func timeout(within timeLeft: Duration) -> Duration {
        max(.milliseconds(100), timeLeft - min(.seconds(3), timeLeft / 10))
    }

    /// The result of a stage whose tool did not even come to fail; nil when it ended by itself.
    package func interruption(of tool: String, toolchain: Toolchain) -> StageResult? {
        switch end.outcome {
        case .cancelled: .cancelled("\(tool) was cancelled")
        case .ended(.timedOut): .timedOut("\(tool) did not end in time and was killed")
        case .notStarted: Self.missing(toolchain, end.message)
        case .ended: nil
        }
    }

    static func missing(_ toolchain: Toolchain, _ message: String) -> StageResult {
        let remedy =
            toolchain.options.toolchain == nil
            ? "install Swift (https://www.swift.org/install) on the daemon's PATH, or set the option 'toolchain'"
            : "the option 'toolchain' must name the swift executable of an installed toolchain"
        let reason = message.isEmpty ? "" : " (\(message))"
        return .unavailable("'\(toolchain.swift.joined(separator: " "))' cannot be run\(reason): \(remedy)")
    }
}

/// Reads SwiftPM's `[4/17] Compiling App main.swift`.
struct BuildProgress {
    private var line: [UInt8] = []

    /// The newest step that the bytes complete.
    mutating func consume(_ bytes: [UInt8]) -> (share: Double, message: String)? {
        var newest: (Double, String)?
        for byte in bytes {
            if byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
                // What is longer is no step.
                if line.count < 512 { line.append(byte) }
                continue
            }
            if let step = Self.step(line) { newest = step }
            line.removeAll(keepingCapacity: true)
        }
        return newest
    }

    static func step(_ line: [UInt8]) -> (share: Double, message: String)? {
        guard line.first == UInt8(ascii: "["), let end = line.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let numbers = line[1..<end].split(separator: UInt8(ascii: "/"))
        guard numbers.count == 2, let done = Int(String(decoding: numbers[0], as: UTF8.self)),
            let all = Int(String(decoding: numbers[1], as: UTF8.self)), all > 0, done >= 0
        else { return nil }
        let message = TextScrubber.scrub(line[(end + 1)...].drop { $0 == UInt8(ascii: " ") })
        return (min(1, Double(done) / Double(all)), message)
    }
}
