import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why services wait, as the last plan said: kept in the history, so that `host status` can tell.
struct HeldServices {
    static let key = "held"
    var reasons: [ServiceName: String]

    init(_ reasons: [ServiceName: String]) { self.reasons = reasons }

    /// - Parameter text: what was kept; nil, and everything that is not understood, holds nothing.
    init(text: String?) {
        let found = text.flatMap { try? JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } ?? [:]
        reasons = [:]
        for (name, reason) in found {
            if let name = ServiceName(name) { reasons[name] = reason }
        }
    }

    /// nil when nothing is held.
    var text: String? {
        guard !reasons.isEmpty else { return nil }
        let plain = Dictionary(uniqueKeysWithValues: reasons.map { ($0.text, $1) })
        return (try? JSONEncoder().encode(plain)).map { String(decoding: $0, as: UTF8.self) }
    }
}
