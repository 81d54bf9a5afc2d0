import Model
import Net

/// When a server wants to be asked again (RFC 9110, section 10.2.3), and how long is waited where it does not say.
enum RetryTime {
    /// What is believed at most: whoever names a year has a wrong clock, or means harm.
    static let most: Duration = .seconds(3600)

    /// From `retry-after-ms`, which OpenAI's own clients read too, or `Retry-After` in seconds or as a date.
    /// - Returns: what the server names, however long; nil where it names nothing that can be read.
    static func told(_ response: HTTPTransport.Response, at now: Timestamp) -> Duration? {
        if let text = response.header("retry-after-ms"), let milliseconds = number(text) {
            return .milliseconds(Int64(milliseconds))
        }
        guard let text = response.header("retry-after") else { return nil }
        if let seconds = number(text) { return .milliseconds(Int64(seconds * 1000)) }
        return date(text).map { max($0 - now, .zero) }
    }

    /// One, two, four seconds.
    static func own(after failures: Int) -> Duration { .seconds(1 << min(failures, 6)) }

    private static func number(_ text: String) -> Double? {
        guard let value = Double(text.filter { !$0.isWhitespace }), value.isFinite, value >= 0 else { return nil }
        return min(value, 86_400_000)
    }

    /// `Wed, 21 Oct 2015 07:28:00 GMT`, the one form that servers may write today.
    static func date(_ text: String) -> Timestamp? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split { $0 == " " || $0 == "," || $0 == ":" }
        guard words.count == 8, words[7] == "GMT", let day = Int64(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])), let year = Int64(words[3]),
            (1970...9999).contains(year),
            let hour = Int64(words[4]), let minute = Int64(words[5]), let second = Int64(words[6]),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
        let shifted = month < 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let monthIndex = Int64((month + 10) % 12)
        let dayOfYear = (153 * monthIndex + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return Timestamp(seconds: days * 86_400 + hour * 3600 + minute * 60 + second)
    }
}
