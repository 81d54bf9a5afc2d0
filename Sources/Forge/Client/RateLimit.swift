import Model
import Net

/// What an answer says of how soon the next request may come: pure.
///
/// Sources: GitHub, "Rate limits for the REST API" (`x-ratelimit-remaining`, `x-ratelimit-reset`, `retry-after`; for secondary
/// limits without either at least a minute, longer each time); GitLab, "Rate limits" (`RateLimit-Remaining`,
/// `RateLimit-Reset`, `Retry-After`); RFC 9110, 10.2.3 (`Retry-After` as seconds or date). Gitea has no limits of its own; what
/// stands before it answers in one of these ways.
struct RateLimit: Hashable, Sendable {
    /// How long to send nothing.
    var pause: Duration
    /// What ran out, for people.
    var reason: String
    /// Met without a word on how long it lasts: the next time it lasts longer.
    var isVague = false

    /// What is believed at most.
    static let most: Duration = .seconds(3600)

    /// nil when nothing keeps the next request back.
    /// - Parameter strikes: how many vague limits came one after the other before.
    static func read(_ response: HTTPTransport.Response, now: Timestamp, strikes: Int = 0) -> RateLimit? {
        // By the forge's own clock, where it tells it: ours may be wrong.
        let there = response.header("date").flatMap(Moments.http) ?? now
        let isLimit = response.status == 429 || (response.status == 403 && isRateMessage(response))
        let isOverloaded = response.status == 503 || response.status == 502 || response.status == 504
        if isLimit || isOverloaded, let wait = retryAfter(response, there) {
            return bounded(wait, isLimit ? "it takes no more requests for now" : "it is overloaded")
        }
        if let wait = untilReset(response, there), isLimit || response.status < 500 {
            return bounded(wait, "its rate limit is used up")
        }
        guard isLimit else { return nil }
        return RateLimit(
            pause: min(.seconds(60 << min(strikes, 6)), most), reason: "it takes no more requests for now",
            isVague: true)
    }

    /// The words of GitHub's primary and secondary limits, and of its older abuse detection.
    private static func isRateMessage(_ response: HTTPTransport.Response) -> Bool {
        if remaining(response) == 0 || response.header("retry-after") != nil { return true }
        let text = String(decoding: response.body.prefix(4096), as: UTF8.self).lowercased()
        return text.contains("rate limit") || text.contains("abuse detection")
    }

    private static func remaining(_ response: HTTPTransport.Response) -> Int? {
        (response.header("x-ratelimit-remaining") ?? response.header("ratelimit-remaining")).flatMap { Int($0) }
    }

    private static func untilReset(_ response: HTTPTransport.Response, _ there: Timestamp) -> Duration? {
        guard remaining(response) == 0,
            let reset = (response.header("x-ratelimit-reset") ?? response.header("ratelimit-reset")).flatMap({
                Int64($0)
            }), reset >= 0
        else { return nil }
        // A small number is no moment but a number of seconds, as the IETF's draft of these headers has it.
        if reset < 1_000_000_000 { return .seconds(reset) }
        guard reset < 100_000_000_000 else { return nil }
        return Timestamp(seconds: reset) - there
    }

    private static func retryAfter(_ response: HTTPTransport.Response, _ there: Timestamp) -> Duration? {
        guard let text = response.header("retry-after") else { return nil }
        if let seconds = Int64(text) { return seconds >= 0 ? .seconds(min(seconds, 1 << 32)) : nil }
        return Moments.http(text).map { $0 - there }
    }

    /// Not less than a second, because clocks differ by that; not more than an hour, because no forge counts over a longer
    /// time, and whoever names years would be heard of never again.
    private static func bounded(_ wanted: Duration, _ reason: String) -> RateLimit {
        guard wanted > most else { return RateLimit(pause: max(wanted, .seconds(1)), reason: reason) }
        return RateLimit(pause: most, reason: "\(reason), for \(wanted.spoken) as it says, of which an hour is kept")
    }
}
