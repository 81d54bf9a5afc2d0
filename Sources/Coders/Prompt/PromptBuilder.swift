import Diagnostics
import Model

/// Makes the prompt out of a request. Pure.
///
/// Nothing here makes a model trustworthy. The marks and the instructions keep an honest one from taking a log for its orders;
/// what a dishonest answer may change is decided by the guard, which has never read the prompt.
package struct PromptBuilder: Sendable {
    package enum Way: Sendable, Hashable {
        /// The answer is a JSON document with patches.
        case answer
        /// Files are changed in a working tree.
        case workingTree
    }

    package var options: PromptOptions
    /// Hides secrets; every text that is sent goes through it, already scrubbed.
    private let mask: @Sendable (String) -> String

    package init(_ options: PromptOptions = PromptOptions(), mask: @escaping @Sendable (String) -> String = { $0 }) {
        self.options = options
        self.mask = mask
    }

    /// - Parameter boundary: something that nobody can know beforehand.
    package func prompt(for request: CoderRequest, way: Way, boundary: String? = nil) -> CoderPrompt {
        let boundary = boundary ?? RandomName.make()
        let instructions = PromptInstructions(request: request, way: way, options: options, boundary: boundary).text
        let opening = opening(request)
        let closing = closing(way)
        var left = [instructions, opening, closing].reduce(options.tokens) { $0 - TokenEstimate.of($1) }
        // Why the last attempt failed is told in any case: without it the next one is the same.
        let last = request.earlier.last.flatMap { attempt in
            section(
                "why attempt \(attempt.number) was rejected", part: reasonPart(attempt), boundary, max(256, left / 8))
        }
        left -= last.map { TokenEstimate.of($0) } ?? 0
        var sections: [String] = []
        for part in parts(request) {
            // What is of less use does not take the place of what is of more.
            guard let section = section(part.title, part: part, boundary, left) else { break }
            sections.append(section)
            left -= TokenEstimate.of(section)
        }
        let material = ([opening] + sections + [last, closing].compactMap { $0 }).joined(separator: "\n\n")
        return CoderPrompt(instructions: instructions, material: material, boundary: boundary)
    }

    /// Scrubbed before it is masked: what an invisible character parts is no secret to a mask.
    private func clean(_ text: String) -> String { mask(TextScrubber.scrub(text)) }

    /// In the daemon's own words; names are checked ones.
    private func opening(_ request: CoderRequest) -> String {
        let report = request.report
        var lines = [
            "Service: \(request.service)", "Its folder: \(request.folder.isEmpty ? "." : request.folder)",
            "Failed stage: \(report.stage)", "Revision: \(report.revision)",
            "Attempt: \(request.attempt)",
        ]
        if report.omittedDiagnostics > 0 { lines.append("Diagnostics not shown: \(report.omittedDiagnostics)") }
        if let lastGood = report.lastGood { lines.append("Revision that was well last: \(lastGood)") }
        return lines.joined(separator: "\n")
    }

    /// The last word is ours. It names JSON because `json_object` is refused where the input does not.
    private func closing(_ way: Way) -> String {
        way == .answer
            ? "Answer now with the one JSON object that the instructions describe."
            : "Change the files now, as the instructions say."
    }

    /// In the order of their use.
    private func parts(_ request: CoderRequest) -> [PromptPart] {
        let report = request.report
        var parts = [
            PromptPart(title: "diagnostics", units: DiagnosticText.units(report)),
            PromptPart(title: "source", units: request.sources.map(SourceText.numbered)),
        ]
        if let log = report.log { parts.append(PromptPart(title: "log", units: [log.text], shortening: .middle)) }
        if let diff = request.lastGoodDifference, !diff.isEmpty {
            parts.append(PromptPart(title: "changes since the revision that was well last", units: [diff]))
        }
        if !request.earlier.isEmpty {
            parts.append(
                PromptPart(title: "earlier attempts", units: request.earlier.reversed().map(VerdictText.whole)))
        }
        return parts.map { part in
            var part = part
            part.units = part.units.map(clean)
            return part
        }
    }

    private func reasonPart(_ attempt: EarlierAttempt) -> PromptPart {
        PromptPart(title: "", units: [clean(VerdictText.reason(attempt))])
    }

    /// Marked at both ends; nil where there is no room for any of it.
    private func section(_ title: String, part: PromptPart, _ boundary: String, _ tokens: Int) -> String? {
        let begin = "----- begin \(title) \(boundary) -----"
        let end = "----- end \(title) \(boundary) -----"
        let room = tokens - TokenEstimate.of(begin) - TokenEstimate.of(end) - 2
        var part = part
        // Whoever guesses the mark gains nothing.
        part.units = part.units.map { $0.replacing(boundary, with: "[mark]") }
        guard room > 0, let fitted = part.fitted(into: room) else { return nil }
        return "\(begin)\n\(fitted.text)\n\(end)"
    }
}
