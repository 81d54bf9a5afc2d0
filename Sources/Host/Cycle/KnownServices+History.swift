import History
import Model
import Pipeline

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension KnownServices {
    /// - Parameters:
    ///   - states: as the history has them.
    ///   - requested: services that somebody wants deployed again.
    static func load(
        _ history: HistoryStore, states: [ServiceName: ServiceState], requested: Set<ServiceName>
    ) async throws(Failure) -> KnownServices {
        let text = try await history.value(for: key)
        return KnownServices(meanings: meanings(text), states: states, requested: requested)
    }

    static func load(_ history: HistoryStore) async throws(Failure) -> KnownServices {
        let requested = Set(try await history.restartsPending().map(\.service))
        return try await load(history, states: try await history.states(), requested: requested)
    }

    static let key = "known-services"

    /// The text to keep.
    static func text(_ meanings: [ServiceName: Meaning]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let plain = Dictionary(uniqueKeysWithValues: meanings.map { ($0.text, $1) })
        // Texts and a flag: there is nothing in it that JSON could not hold.
        return (try? encoder.encode(plain)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// What is not understood is not known: names in use then count as those of an older history.
    private static func meanings(_ text: String?) -> [ServiceName: Meaning] {
        let found =
            text.flatMap { try? JSONDecoder().decode([String: Meaning].self, from: Data($0.utf8)) } ?? [:]
        var meanings: [ServiceName: Meaning] = [:]
        for (name, meaning) in found {
            if let name = ServiceName(name) { meanings[name] = meaning }
        }
        return meanings
    }
}
