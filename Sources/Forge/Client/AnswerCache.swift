import Net
import Synchronization

/// Answers with their ETags: asked again with `If-None-Match`, an answer that is the same costs the forge nothing (and, on
/// GitHub, nothing of the rate limit).
final class AnswerCache: Sendable {
    struct Entry: Sendable {
        let tag: String
        let response: HTTPTransport.Response
    }
    private struct State {
        var entries: [String: (entry: Entry, used: UInt64)] = [:]
        var bytes = 0
        var clock: UInt64 = 0
    }

    private let maximumBytes: Int
    private let maximumEntries: Int
    private let state = Mutex(State())

    init(maximumBytes: Int = 4 << 20, maximumEntries: Int = 64) {
        self.maximumBytes = maximumBytes
        self.maximumEntries = maximumEntries
    }

    func entry(for url: String) -> Entry? {
        state.withLock { state in
            guard let found = state.entries[url] else { return nil }
            state.clock += 1
            state.entries[url]?.used = state.clock
            return found.entry
        }
    }

    func keep(_ response: HTTPTransport.Response, for url: String) {
        guard response.status == 200, let tag = response.header("etag"), Self.isTag(tag),
            response.body.count <= maximumBytes / 4
        else { return forget(url) }
        state.withLock { state in
            state.clock += 1
            Self.remove(url, from: &state)
            state.entries[url] = (Entry(tag: tag, response: response), state.clock)
            state.bytes += response.body.count
            while state.bytes > maximumBytes || state.entries.count > maximumEntries,
                let oldest = state.entries.min(by: { $0.value.used < $1.value.used })?.key
            {
                Self.remove(oldest, from: &state)
            }
        }
    }

    func forget(_ url: String) { state.withLock { Self.remove(url, from: &$0) } }

    /// What may stand in a header of ours: RFC 9110, 8.8.3.
    private static func isTag(_ tag: String) -> Bool {
        tag.utf8.count <= 256 && tag.hasSuffix("\"") && (tag.hasPrefix("\"") || tag.hasPrefix("W/\""))
            && tag.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    private static func remove(_ url: String, from state: inout State) {
        if let gone = state.entries.removeValue(forKey: url) { state.bytes -= gone.entry.response.body.count }
    }
}
