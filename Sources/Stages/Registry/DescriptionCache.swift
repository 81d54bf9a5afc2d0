import Model
import SupervisorCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What libraries said of themselves, by digest: describe is pure, so it is asked once.
struct DescriptionCache: Sendable {
    struct Entry: Sendable, Hashable, Codable {
        var builtMinor: Int
        var leastHostMinor: Int
        var description: PluginDescription
    }
    let folder: String

    func read(_ digest: String) -> Entry? {
        guard let content = Files.read(file(digest), limit: 1 << 21),
            let entry = try? JSONDecoder().decode(Entry.self, from: Data(content)), entry.description.problem == nil,
            entry.description.unknownName(builtMinor: entry.builtMinor) == nil
        else { return nil }
        return entry
    }

    func write(_ digest: String, _ entry: Entry) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // A cache that cannot be written costs a worker per start, nothing else.
        guard let content = try? encoder.encode(entry) else { return }
        Files.replace(file(digest), with: content)
    }

    func forget(_ digest: String) { try? FileManager.default.removeItem(atPath: file(digest)) }

    private func file(_ digest: String) -> String { "\(folder)/\(digest).json" }
}
