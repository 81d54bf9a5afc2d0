import Model

/// Gathers what a Swift program says as it dies: the runtime's sentence and, where one follows, the backtrace as text.
struct RuntimeCrashReader {
    /// `Fatal error: Index out of range`, without a place; nil until the runtime has said it.
    private(set) var reason: String?
    private(set) var signal: Int?
    /// Of the thread that crashed.
    private(set) var frames: [CrashReport.Frame] = []
    private(set) var program: String?
    /// The runtime's own word for where it stopped: module and file, no path.
    private(set) var origin: (file: String, line: Int)?
    private var isInCrashedThread = false
    private var hasEnded = false
    private let paths: PathMapper

    /// Returns nil for a line that begins no crash.
    init?(_ line: Substring, paths: PathMapper) {
        self.paths = paths
        if let said = Self.sentence(line) {
            reason = String(said.text)
            origin = said.origin
        } else if line.hasPrefix("*** Program crashed: ") || line.hasPrefix("*** Signal ") {
            _ = continues(line)
        } else {
            return nil
        }
    }

    /// False for a line that belongs to something else.
    mutating func continues(_ line: Substring) -> Bool {
        if hasEnded { return line.trimmed.isEmpty }
        if let text = line.dropping(prefix: "*** Signal ") {
            signal = text.prefix { $0.isNumber }.number
        } else if let text = line.dropping(prefix: "*** Program crashed: ") {
            if reason == nil {
                reason = String(text.firstRange(ofText: " at 0x").map { text[..<$0.lowerBound] } ?? text)
            }
        } else if line.hasPrefix("Thread ") {
            isInCrashedThread = line.containsText(" crashed")
            if isInCrashedThread { program = line.between("\"", "\"").map(String.init) }
        } else if line.hasPrefix("Backtrace took") {
            hasEnded = true
        } else if isInCrashedThread, let frame = frame(line) {
            if frames.count < 64 { frames.append(frame) }
        } else {
            return Self.isPart(line)
        }
        return true
    }

    func report() -> CrashReport {
        let words = reason ?? signal.map { Signals.describe(Int32(clamping: $0)) } ?? "the program crashed"
        var report = CrashReport(reason: words, frames: frames, origin: origin)
        if let origin { report.originLocation = paths.locate(fileID: origin.file, line: origin.line) }
        return report
    }

    /// A line of a text backtrace, of the registers, of the images or of the older runtime's stack trace.
    static func isPart(_ line: Substring) -> Bool {
        let text = line.trimmed
        if text.isEmpty || text == "..." { return true }
        if parts.contains(where: { text.hasPrefix($0) }) { return true }
        let words = text.split(separator: " ", maxSplits: 4)
        guard words.count >= 2 else { return false }
        // `rip 0x00007f…`, `  3 [ra] 0x…`, `4    App    0x…`
        if words[1].hasPrefix("0x"), words[0].utf8.count <= 8 { return true }
        return words[0].number != nil && words.contains { $0.hasPrefix("0x") }
    }

    private static let parts = [
        "*** Signal ", "*** Program crashed", "Platform:", "Registers:", "Images (", "Backtrace took", "0x",
        "Current stack trace:", "swift-runtime:", "Thread ",
    ]

    private static let openings = ["Fatal error", "Precondition failed", "Assertion failed", "Unexpectedly found nil"]

    private static func sentence(_ line: Substring) -> (text: Substring, origin: (file: String, line: Int)?)? {
        if openings.contains(where: { line.hasPrefix($0) }) { return (line, nil) }
        guard let mark = line.firstRange(ofText: ".swift:"),
            let colon = line.firstRange(ofText: ": ", from: mark.upperBound),
            let number = line[mark.upperBound..<colon.lowerBound].number
        else { return nil }
        let text = line[colon.upperBound...]
        guard openings.contains(where: { text.hasPrefix($0) }) else { return nil }
        let file = line[..<mark.lowerBound] + ".swift"
        return (text, (String(file), number))
    }

    /// `  1 [ra] [system] 0x000056… check(_:) + 325 in App at /srv/main.swift:1:39`
    private func frame(_ line: Substring) -> CrashReport.Frame? {
        var rest = line.trimmed
        guard let space = rest.firstIndex(of: " "), rest[..<space].number != nil else { return nil }
        rest = rest[space...].trimmed
        var isSystem = false
        while rest.hasPrefix("["), let end = rest.firstRange(ofText: "] ") {
            isSystem = isSystem || rest.hasPrefix("[system]") || rest.hasPrefix("[thunk]")
            rest = rest[end.upperBound...].trimmed
        }
        guard rest.hasPrefix("0x"), let blank = rest.firstIndex(of: " ") else { return nil }
        rest = rest[blank...].trimmed
        var location: FileLocation?
        if let at = rest.firstRange(ofText: " at /") {
            let place = rest[rest.index(before: at.upperBound)...].split(separator: ":")
            if place.count >= 2 {
                location = SourceLocation.make(
                    place[0], line: place[1].number, column: place.count > 2 ? place[2].number : nil, paths: paths)
            }
            rest = rest[..<at.lowerBound]
        }
        let module = rest.range(lastOf: " in ").map { String(rest[$0.upperBound...]) }
        let symbol = rest.firstRange(ofText: " + ").map { rest[..<$0.lowerBound] } ?? rest
        return CrashReport.Frame(symbol: String(symbol), module: module, location: location, isSystem: isSystem)
    }
}
