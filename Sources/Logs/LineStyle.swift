package import Model

/// A line as each console style shows it.
package enum LineStyle {
    /// Appends `line` with its line end.
    package static func append(_ line: LogLine, style: ConsoleStyle, to buffer: inout [UInt8]) {
        switch style {
        case .json: JSONLine.append(line, to: &buffer)
        case .plain: LineFormat.append(safe(line), to: &buffer)
        case .terminal(colour: false): LineFormat.append(safe(line), to: &buffer)
        case .terminal(colour: true): appendColoured(line, to: &buffer)
        case .journal: appendJournal(line, to: &buffer)
        }
    }

    /// Line by line, so that a line end stays one and everything else is neutralised.
    private static func safe(_ line: LogLine) -> LogLine {
        if line.text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return line }
        var line = line
        line.text = texts(line).joined(separator: "\n")
        return line
    }

    private static func texts(_ line: LogLine) -> [String] {
        line.text.split(separator: "\n", omittingEmptySubsequences: false).map { part in
            var part = part
            // Swift takes CR LF for one character, which `split` then does not see as a line end.
            while part.unicodeScalars.last == "\r" { part.unicodeScalars.removeLast() }
            return TerminalText.neutralised(String(part))
        }
    }

    private static func appendColoured(_ line: LogLine, to buffer: inout [UInt8]) {
        let text: String? =
            switch line.level {
            case .error: "\u{1B}[31m"
            case .warning: "\u{1B}[33m"
            case .debug: "\u{1B}[2m"
            case .info: line.stream == .host && line.text.hasPrefix("==") ? "\u{1B}[1m" : nil
            }
        let word = LineFormat.word(for: line)
        for part in texts(line) {
            var prefix: [UInt8] = []
            LineFormat.appendPrefix(time: line.time, service: nil, stage: nil, to: &prefix)
            buffer.append(contentsOf: "\u{1B}[2m".utf8)
            // The clock alone: `12:54:00.125`.
            buffer.append(contentsOf: prefix.prefix(12))
            buffer.append(contentsOf: "\u{1B}[0m ".utf8)
            let origin = LineFormat.origin(service: line.service, stage: line.stage)
            buffer.append(contentsOf: "\(colour(of: line.service))\(origin)\u{1B}[0m | ".utf8)
            if let text { buffer.append(contentsOf: text.utf8) }
            buffer.append(contentsOf: (word + part).utf8)
            if text != nil { buffer.append(contentsOf: "\u{1B}[0m".utf8) }
            buffer.append(UInt8(ascii: "\n"))
        }
    }

    /// A colour of its own for each service, the same in every run.
    private static func colour(of service: ServiceName?) -> String {
        guard let service else { return "\u{1B}[2m" }
        let codes = [36, 35, 34, 32, 96, 95, 94, 92]
        let sum = service.text.utf8.reduce(5381) { ($0 &* 33 &+ Int($1)) & 0xFFFF_FFFF }
        return "\u{1B}[\(codes[sum % codes.count])m"
    }

    private static func appendJournal(_ line: LogLine, to buffer: inout [UInt8]) {
        let priority =
            switch line.level {
            case .error: 3
            case .warning: 4
            case .info: 6
            case .debug: 7
            }
        let origin = LineFormat.origin(service: line.service, stage: line.stage)
        let prefix = line.service == nil && line.stage == nil ? "" : "\(origin) | "
        for part in texts(line) { buffer.append(contentsOf: "<\(priority)>\(prefix)\(part)\n".utf8) }
    }
}
