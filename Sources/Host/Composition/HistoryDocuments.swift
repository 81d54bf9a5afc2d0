import History
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Small documents of one kind among the history's values, each by a name of its own.
struct HistoryDocuments<Document: Codable & Sendable>: Sendable {
    let history: HistoryStore
    /// What the keys begin with.
    let prefix: String

    /// nil where there is none, or one that an older version wrote in another shape.
    func document(_ name: String) async throws(Failure) -> Document? {
        try await history.value(for: prefix + name).flatMap(Self.decoded)
    }

    /// All that can be read, by their names; those of another shape are left out.
    func all() async throws(Failure) -> [String: Document] {
        var found: [String: Document] = [:]
        for (key, text) in try await history.values(under: prefix) {
            found[String(key.dropFirst(prefix.count))] = Self.decoded(text)
        }
        return found
    }

    /// All that are still wanted; the others, and what cannot be read, are removed.
    func wanted(_ isWanted: (Document) -> Bool) async throws(Failure) -> [Document] {
        var found: [Document] = []
        for (key, text) in try await history.values(under: prefix) {
            guard let document = Self.decoded(text), isWanted(document) else {
                try await history.setValue(nil, for: key)
                continue
            }
            found.append(document)
        }
        return found
    }

    func keep(_ document: Document, as name: String) async throws(Failure) {
        guard let data = try? JSONEncoder().encode(document) else { return }
        try await history.setValue(String(decoding: data, as: UTF8.self), for: prefix + name)
    }

    func forget(_ name: String) async throws(Failure) { try await history.setValue(nil, for: prefix + name) }

    private static func decoded(_ text: String) -> Document? {
        try? JSONDecoder().decode(Document.self, from: Data(text.utf8))
    }
}
