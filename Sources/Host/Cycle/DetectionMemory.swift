import History
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What plugins said of a folder, by the folder's tree and the set of plugins: neither changes without its name.
actor DetectionMemory {
    private let history: HistoryStore
    private var plugins = ""
    private var cache: [ObjectID: [Detection]] = [:]

    init(history: HistoryStore) { self.history = history }

    /// To be called when plugins come or go: what others would say is not known.
    func use(plugins digest: String) {
        guard digest != plugins else { return }
        plugins = digest
        cache.removeAll()
    }

    func detections(of tree: ObjectID) async -> [Detection]? {
        if let known = cache[tree] { return known }
        guard let stored = try? await history.value(for: key(tree)),
            let found = try? JSONDecoder().decode([Detection].self, from: Data(stored.utf8))
        else { return nil }
        cache[tree] = found
        return found
    }

    func remember(_ found: [Detection], of tree: ObjectID) async {
        cache[tree] = found
        guard !history.isReadOnly, let data = try? JSONEncoder().encode(found) else { return }
        // Losing it costs one more detection.
        try? await history.setValue(String(decoding: data, as: UTF8.self), for: key(tree))
    }

    private func key(_ tree: ObjectID) -> String { "detect/\(plugins)/\(tree)" }
}
