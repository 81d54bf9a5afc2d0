package import Model

/// A line of a log file taken apart: what `host logs --json` prints, one object a line; see `CycleDocument` for the rules.
package struct LogRecord: Sendable, Codable, Hashable {
    package var schema = 1
    /// RFC 3339, in UTC; absent for a line that does not begin with one of its own.
    package var time: String?
    /// `error` or `warning`, where the line says so.
    package var level: String?
    package var service: String?
    package var stage: String?
    package var message: String

    /// A line of a build log.
    /// - Parameter begun: when the log was begun. Its lines carry no day; each belongs to the one that brings it closest.
    package init(build line: String, begun: Timestamp?) {
        message = line
        guard let (clock, origin, text) = Self.parts(line) else { return }
        message = text
        if let begun { time = Self.time(clock, near: begun).description }
        if let slash = origin.lastIndex(of: "/") {
            service = String(origin[..<slash])
            let word = origin[origin.index(after: slash)...]
            if word != "-" { stage = String(word) }
        }
        for word in ["error", "warning"] where text.hasPrefix(word + ": ") { level = word }
    }

    /// A line of a service's runtime log: `2026-11-23T12:54:00.125Z text`.
    package init(runtime line: String, service: ServiceName) {
        self.service = service.text
        let bytes = line.utf8
        guard bytes.count >= 24, bytes.dropFirst(23).first == UInt8(ascii: "Z"),
            bytes.dropFirst(10).first == UInt8(ascii: "T"),
            bytes.prefix(4).allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            message = line
            return
        }
        time = String(line.unicodeScalars.prefix(24))
        message = String(line.unicodeScalars.dropFirst(25))
    }

    /// When a build log was begun, by its name: `build-20261123-125400.log`, and `-2` before the dot where there were two.
    package static func begun(_ name: String) -> Timestamp? {
        let parts = name.split { $0 == "-" || $0 == "." }
        guard parts.count >= 4, parts[0] == "build", parts[1].utf8.count == 8, parts[2].utf8.count == 6,
            let date = Int64(parts[1]), let clock = Int64(parts[2])
        else { return nil }
        let days = days(year: date / 10_000, month: date / 100 % 100, day: date % 100)
        return Timestamp(seconds: days * 86_400 + clock / 10_000 * 3600 + clock / 100 % 100 * 60 + clock % 100)
    }

    /// `12:54:00.125 service/stage | text`, the clock in milliseconds.
    private static func parts(_ line: String) -> (clock: Int64, origin: Substring, text: String)? {
        let bytes = Array(line.utf8.prefix(13))
        guard bytes.count == 13, bytes[2] == UInt8(ascii: ":"), bytes[5] == UInt8(ascii: ":"),
            bytes[8] == UInt8(ascii: "."), bytes[12] == UInt8(ascii: " "),
            let bar = line.range(of: " | ", from: 13)
        else { return nil }
        let digits = bytes.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits.count == 9 else { return nil }
        let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        let (hours, minutes) = (number / 10_000_000, number / 100_000 % 100)
        let clock = (hours * 60 + minutes) * 60_000 + number % 100_000
        let start = line.utf8.index(line.startIndex, offsetBy: 13)
        let origin = line[start..<bar.lowerBound]
        guard !origin.contains(" ") else { return nil }
        return (clock, origin, String(line[bar.upperBound...]))
    }

    private static func time(_ clock: Int64, near begun: Timestamp) -> Timestamp {
        let day: Int64 = 86_400_000_000
        let midnight = begun.microseconds - begun.microseconds % day
        let candidates = [midnight - day, midnight, midnight + day].map { $0 + clock * 1000 }
        let nearest = candidates.min { abs($0 - begun.microseconds) < abs($1 - begun.microseconds) }
        return Timestamp(microseconds: nearest ?? midnight)
    }

    /// Days from 1970-01-01, by the Gregorian calendar: Howard Hinnant, "chrono-compatible low-level date algorithms".
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let ofEra = year - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }
}

extension String {
    /// The first place of some ASCII text at or behind a byte.
    fileprivate func range(of text: String, from offset: Int) -> Range<String.Index>? {
        let (bytes, wanted) = (utf8, text.utf8)
        var index = bytes.index(bytes.startIndex, offsetBy: offset, limitedBy: bytes.endIndex) ?? bytes.endIndex
        while index < bytes.endIndex {
            if bytes[index...].starts(with: wanted) {
                return index..<bytes.index(index, offsetBy: wanted.count)
            }
            index = bytes.index(after: index)
        }
        return nil
    }
}
