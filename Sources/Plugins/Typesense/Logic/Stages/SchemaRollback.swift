import Model
import PluginKit

/// Makes a collection that was altered in place what it was: fields it gained are dropped, and what it says of itself is as
/// before.
struct SchemaRollback {
    private let work: Work
    private let name: String
    private let entry: DeploymentRecord.Entry

    init(_ work: Work, _ name: String, _ entry: DeploymentRecord.Entry) {
        self.work = work
        self.name = name
        self.entry = entry
    }

    /// Returns what could not be undone.
    func run(_ live: PluginJSON) throws -> String? {
        let difference = SchemaDifference(declared: entry.echo, live: live, unheeded: Set(entry.unheeded))
        let gained = difference.changes.compactMap {
            if case .removed(let field) = $0 { field } else { nil as String? }
        }
        var change: [String: PluginJSON] = [:]
        for key in SchemaDifference.alterable
        where live[key] ?? Self.nothing(key) != entry.echo[key] ?? Self.nothing(key) {
            change[key] = entry.echo[key] ?? Self.nothing(key)
        }
        let settings = change.keys.sorted()
        if !gained.isEmpty { change["fields"] = .array(Self.drops(gained, live)) }
        guard !change.isEmpty else { return nil }
        let what = (gained.map { "field '\($0)'" } + settings).joined(separator: ", ")
        work.context.log("collection '\(name)': \(what) taken back")
        let reply = try work.collections.alter(entry.live, .object(change))
        guard reply.isSuccess else {
            let text = "\(what) of '\(name)' cannot be taken back: \(reply.message)"
            work.report(.error, Failure.Code.refused.rawValue, text, nil)
            return text
        }
        guard !gained.isEmpty else { return nil }
        work.report(
            .note, "typesense.rollback",
            "documents of '\(name)' keep what they hold under \(gained.joined(separator: ", "))",
            "The server indexes it no longer; it is part of the stored documents.")
        return nil
    }

    private static func drops(_ fields: [String], _ live: PluginJSON) -> [PluginJSON] {
        let types = (live["fields"]?.array ?? []).reduce(into: [String: PluginJSON]()) { types, field in
            if let name = field["name"]?.string { types[name] = field["type"] }
        }
        return fields.map { ["name": .string($0), "type": types[$0] ?? "auto", "drop": true] }
    }

    private static func nothing(_ key: String) -> PluginJSON { key == "metadata" ? [:] : [] }
}
