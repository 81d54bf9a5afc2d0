package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `plugins.lock`: the set of plugins of a workspace, committed with it.
package struct PluginLock: Hashable, Sendable {
    /// Sorted by id.
    package private(set) var pins: [PluginPin]

    package static let name = "plugins.lock"
    package static let largest = 1 << 20
    private static let mostPins = 200
    private static let schema = 1

    private struct Document: Codable {
        var schema: Int
        var plugins: [PluginPin]
    }

    package init(_ pins: [PluginPin] = []) { self.pins = pins.sorted { $0.id < $1.id } }

    /// - Parameters:
    ///   - bytes: nil where there is no file: no pins.
    ///   - source: how messages call it.
    /// - Throws: `config.plugins-lock`.
    package init(reading bytes: [UInt8]?, source: String = PluginLock.name) throws(Failure) {
        guard let bytes else {
            self.init()
            return
        }
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch {
            throw Self.unusable(source, "it is not the JSON that 'host plugin' writes", cause: Self.sentence(error))
        }
        guard document.schema == Self.schema else {
            throw Self.unusable(source, "its schema is \(document.schema), this host knows \(Self.schema)")
        }
        guard document.plugins.count <= Self.mostPins else {
            throw Self.unusable(source, "it has more than \(Self.mostPins) plugins")
        }
        for pin in document.plugins {
            if let mistake = pin.mistake { throw Self.unusable(source, "'\(pin.id.prefix(64))': \(mistake)") }
        }
        for (name, values) in [
            ("id", document.plugins.map(\.id)), ("place", document.plugins.map { "\($0.place)" }),
        ] where Set(values).count != values.count {
            throw Self.unusable(source, "two plugins have one \(name)")
        }
        self.init(document.plugins)
    }

    /// The file: members and plugins sorted, so that a change of one plugin is a change of its lines.
    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(Document(schema: Self.schema, plugins: pins))) ?? Data()
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    package func pin(at place: PluginPlace) -> PluginPin? { pins.first { $0.place == place } }
    package func pin(id: String) -> PluginPin? { pins.first { $0.id == id } }

    /// With one pin put in, in the place of what has its id or its place.
    func putting(_ pin: PluginPin) -> PluginLock {
        PluginLock(pins.filter { $0.id != pin.id && $0.place != pin.place } + [pin])
    }

    func removing(_ id: String) -> PluginLock { PluginLock(pins.filter { $0.id != id }) }

    private static func unusable(_ source: String, _ what: String, cause: String? = nil) -> Failure {
        Failure(
            .pluginLock, "\(source) cannot be used: \(what)",
            remedy: "take it back from git, or remove the entry and pin the plugin again with `host plugin add`",
            cause: cause)
    }

    private static func sentence(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "'\(key.stringValue)' is missing at \(path(context))"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "another type than expected at \(path(context))"
        default: "no JSON"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        return keys.isEmpty ? "the top" : keys.joined(separator: ".")
    }
}
