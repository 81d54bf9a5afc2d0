/// A moment in UTC, kept as whole microseconds since 1970-01-01T00:00:00Z.
///
/// `Model` stays free of Foundation so that small child processes can link it; hence a type of its own.
package struct Timestamp: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

    package init(from decoder: any Decoder) throws {
        microseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }
    package func advanced(by duration: Duration) -> Timestamp {
        Timestamp(microseconds: microseconds + duration.wholeMicroseconds)
    }

    /// RFC 3339 with milliseconds: `2026-11-23T12:54:00.125Z`.
    package var description: String {
        let parts = civil
        let milliseconds = Int((microseconds - flooredSeconds * 1_000_000) / 1000)
        return
            "\(parts.date)T\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)).\(padded(milliseconds, 3))Z"
    }

    /// The stamp in the names of build logs: `20261123-125400`.
    package var compact: String {
        let parts = civil
        return parts.date.filter { $0 != "-" } + "-\(two(parts.hour))\(two(parts.minute))\(two(parts.second))"
    }

    /// `12:54:00`, for lines a person reads as they come.
    package var clock: String {
        let parts = civil
        return "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))"
    }

    private var flooredSeconds: Int64 {
        let quotient = microseconds / 1_000_000
        return microseconds % 1_000_000 < 0 ? quotient - 1 : quotient
    }

    // Days to civil date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    private var civil: (date: String, hour: Int, minute: Int, second: Int) {
        let seconds = flooredSeconds
        var days = seconds / 86_400
        var rest = seconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (
            "\(padded(Int(year), 4))-\(two(Int(month)))-\(two(Int(day)))",
            Int(rest / 3600), Int(rest % 3600 / 60), Int(rest % 60)
        )
    }

    private func two(_ number: Int) -> String { padded(number, 2) }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
