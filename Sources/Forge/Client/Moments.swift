import Model

/// Reads the two ways in which forges write a moment.
enum Moments {
    /// `Wed, 21 Oct 2015 07:28:00 GMT` (IMF-fixdate, RFC 9110 section 5.6.7).
    static func http(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT" || parts[5] == "UTC", let day = number(parts[1], 1...31),
            let month = months.firstIndex(of: String(parts[2])), let year = number(parts[3], 1970...9999)
        else { return nil }
        return moment(year, month + 1, day, time: parts[4])
    }

    /// `2016-07-11T22:14:10Z` (RFC 3339), also with a fraction and an offset.
    static func iso(_ text: String) -> Timestamp? {
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: "-")
        guard date.count == 3, let year = number(date[0], 1970...9999), let month = number(date[1], 1...12),
            let day = number(date[2], 1...31)
        else { return nil }
        let clock = parts[1].prefix { $0.isNumber || $0 == ":" }
        guard let local = moment(year, month, day, time: clock) else { return nil }
        let rest = parts[1].dropFirst(clock.count)
        let zone = rest.first == "." ? rest.dropFirst().drop(while: \.isNumber) : rest
        if zone == "Z" || zone == "z" { return local }
        guard let sign = zone.first, sign == "+" || sign == "-" else { return nil }
        let offset = zone.dropFirst().split(separator: ":")
        guard offset.count == 2, let hours = number(offset[0], 0...23), let minutes = number(offset[1], 0...59) else {
            return nil
        }
        let seconds = Duration.seconds(hours * 3600 + minutes * 60)
        return local.advanced(by: sign == "+" ? .zero - seconds : seconds)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text), range.contains(value) else {
            return nil
        }
        return value
    }

    private static func moment(_ year: Int, _ month: Int, _ day: Int, time: Substring) -> Timestamp? {
        let parts = time.split(separator: ":")
        guard parts.count == 3, let hour = number(parts[0], 0...23), let minute = number(parts[1], 0...59),
            let second = number(parts[2], 0...60)
        else { return nil }
        // Civil date to days: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
        let shifted = month <= 2 ? year - 1 : year
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = shifted / 400 * 146_097 + dayOfEra - 719_468
        return Timestamp(seconds: Int64(days * 86_400 + hour * 3600 + minute * 60 + second))
    }
}
