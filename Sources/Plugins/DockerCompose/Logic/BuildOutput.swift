package import PluginKit

/// What a builder prints, read for the step that failed.
///
/// | builder | a step | its failure |
/// |---|---|---|
/// | BuildKit, plain | `#5 [web 2/3] RUN make` | `#5 ERROR: …`, newer ones also `Dockerfile:7` above the lines |
/// | classic | `Step 2/3 : RUN make` | an error on standard error, after the last step |
/// | buildah (podman) | `STEP 2/3: RUN make` | `Error: …` on standard error |
package struct BuildOutput {
    private var rest: [ProcessHost.Stream: [UInt8]] = [:]
    private var steps: [String: String] = [:]
    private var words: [String: [String]] = [:]
    private var failedStep: String?
    private var lastStep: (text: String, number: Int?, key: String)?
    private var snippetLine: Int?
    private var parseError: (line: Int, message: String)?
    private var missingImage: String?
    package private(set) var reason: String?

    package init() {}

    package mutating func consume(_ bytes: [UInt8], from stream: ProcessHost.Stream) {
        var pending = rest[stream] ?? []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if !pending.isEmpty { take(String(decoding: pending, as: UTF8.self)) }
                pending.removeAll(keepingCapacity: true)
            } else if pending.count < 8192 {
                pending.append(byte)
            }
        }
        rest[stream] = pending
    }

    package mutating func finish() {
        for pending in rest.values where !pending.isEmpty { take(String(decoding: pending, as: UTF8.self)) }
        rest = [:]
    }

    private mutating func take(_ line: String) {
        if let match = line.firstMatch(of: /dockerfile parse error (?:on )?line (\d+): (.+)/) {
            parseError = (Int(match.1) ?? 1, String(match.2))
        } else if let match = line.wholeMatch(of: /(?:Step|STEP) (\d+)\/\d+ ?: (.+)/) {
            lastStep = (String(match.2), Int(match.1), "step")
            words["step"] = []
            return
        } else if let match = line.wholeMatch(of: /#(\d+) \[[^\]]*\] (.+)/) {
            steps[String(match.1)] = String(match.2)
        } else if let match = line.wholeMatch(of: /#(\d+) ERROR: (.+)/) {
            failedStep = String(match.1)
            reason = String(match.2)
        } else if let match = line.wholeMatch(of: /#(\d+) \d+\.\d+ (.*)/) {
            keep(String(match.2), of: String(match.1))
            return
        } else if let match = line.wholeMatch(of: /[^\s:]*Dockerfile[^\s:]*:(\d+)/) {
            snippetLine = Int(match.1)
        } else if let match = line.firstMatch(of: /(?:pull access denied for|manifest for|repository) ([^\s,]+)/) {
            missingImage = String(match.1)
        }
        if line.hasPrefix("#") { return }
        if reason == nil || failedStep == nil, Self.isReason(line) { reason = line }
        keep(line, of: "step")
    }

    /// BuildKit's step for a base image.
    private static let metadata = "load metadata for "

    private mutating func keep(_ line: String, of step: String) {
        var lines = words[step] ?? []
        lines.append(line)
        if lines.count > 60 { lines.removeFirst() }
        words[step] = lines
    }

    private static func isReason(_ line: String) -> Bool {
        let start = line.lowercased()
        return ["error", "the command", "failed", "copy failed", "add failed", "service '", "pull access"]
            .contains { start.hasPrefix($0) }
    }

    /// The failure as a finding.
    ///
    /// - Parameters:
    ///   - dockerfile: its source; nil when it cannot be read.
    ///   - file: as findings name it.
    ///   - fallback: the reason where the output names none.
    package func diagnostic(dockerfile: String?, file: String, service: String, fallback: String) -> PluginDiagnostic {
        let known = dockerfile.map(Dockerfile.init)
        var failed = failedStep.flatMap { steps[$0] }
        var missingImage = missingImage
        if let step = failed, step.hasPrefix(Self.metadata) {
            missingImage = String(step.dropFirst(Self.metadata.count))
            failed = nil
        }
        let cause = parseError?.message ?? reason ?? fallback
        var summary = "the image of '\(service)' is not built: \(cause)"
        var line: Int?
        if let parseError {
            line = parseError.line
        } else if let step = failed ?? (failedStep == nil ? lastStep?.text : nil) {
            summary = "the image of '\(service)' is not built: '\(Dockerfile.collapsed(step))' failed: \(cause)"
            line = snippetLine ?? known?.line(of: step, number: failed == nil ? lastStep?.number : nil)
        } else if let missingImage {
            line = snippetLine ?? known?.line(ofImage: missingImage)
        } else {
            line = snippetLine
        }
        // A base image that is missing fails before its step begins.
        if line == nil, let missingImage, let known {
            let bare = missingImage.replacing("docker.io/library/", with: "")
            line = known.line(ofImage: bare) ?? known.line(ofImage: missingImage)
        }
        var diagnostic = PluginDiagnostic(
            .error, code: "compose.build", summary: summary, at: .init(file: file, line: line))
        let words = (failedStep.flatMap { self.words[$0] } ?? self.words["step"] ?? []).joined(separator: "\n")
        if !words.isEmpty { diagnostic.detail = words }
        return diagnostic
    }
}
