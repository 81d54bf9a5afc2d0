import Diagnostics
package import Model
import SwiftBuildLogic

/// What a view that does not render is reported as.
package struct ViewFailure: Hashable, Sendable {
    package var view: View
    package var format: View.Format
    /// In short; nil leaves it to the engine's own words.
    package var reason: String?
    /// What the engine printed, both streams.
    package var output: [UInt8]
    package var stage: Stage

    package init(_ view: View, _ format: View.Format, _ reason: String?, output: [UInt8], stage: Stage) {
        self.view = view
        self.format = format
        self.reason = reason
        self.output = output
        self.stage = stage
    }

    package var diagnostic: Diagnostic {
        let words = Self.message(in: output)
        let said = [reason, words?.message].compactMap { $0 }.joined(separator: ": ")
        var found = Diagnostic(
            .error, code: "teatro.render",
            message: "view '\(view.name)' does not render as \(format.spoken): "
                + (said.isEmpty ? "\(TeatroDetection.engine) gave no reason" : said),
            location: words?.location ?? FileLocation(file: view.input), stage: stage)
        let lines = LastWords.of(output)
        if !lines.isEmpty { found.detail = "The last lines of its output:\n\(lines)" }
        return found
    }

    /// The engine's own sentence: the line that begins with `Error: `, else the last one that says anything. A place before
    /// it, as in `Error: Views/board.storyboard:3:1: Expected a scene`, becomes the finding's.
    package static func message(in output: [UInt8]) -> (message: String, location: FileLocation?)? {
        let lines = TextScrubber.scrub(output).split(separator: "\n").map(String.init)
        let spoken = lines.filter { $0.contains { !$0.isWhitespace } && !$0.hasPrefix("Wrote ") }
        guard let line = spoken.first(where: { $0.hasPrefix("Error: ") }) ?? spoken.last else { return nil }
        let text = line.hasPrefix("Error: ") ? String(line.dropFirst("Error: ".count)) : line
        let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let row = Int(parts[1]), let column = Int(parts[2]), row > 0, column > 0 else {
            return (text, nil)
        }
        let message = parts[3].drop { $0 == " " }
        return (String(message), FileLocation(file: String(parts[0]), line: row, column: column))
    }
}
