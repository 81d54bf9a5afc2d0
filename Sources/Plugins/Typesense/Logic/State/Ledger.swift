import Model
package import PluginKit
import PluginSupport

/// What this service has on the server, kept in the release folder: what is live by now, what was there before the deployment
/// that is under way or was the last, and which collections were made here. Written before each step that it tells of.
///
/// It comes on top of the checkpoint, which describes the last deployment that ended well and says nothing of one that did not.
/// A file that is not there or cannot be read is an empty one: then less is known, and less is taken away.
package final class Ledger {
    package struct Content: Sendable {
        /// What is live by now; nil when nothing is.
        package var record: DeploymentRecord?
        /// Collections that were made here and have not been deleted yet. Nothing else is ever deleted.
        package var made: Set<String> = []
        /// Which checkpoint the deployment began with; nil when none has begun since the last rollback.
        package var base: String?
        /// It has changed something that is live, or was about to.
        package var hasTouched = false
        /// It ended well; only a rollback may still come.
        package var isDone = false
        /// Names of collections that it began with, and what it found: those that are not in `found` were not there.
        package var begun: Set<String> = []
        package var found = DeploymentRecord()
        /// Of names that became aliases: where their documents were moved to.
        package var moved: [String: String] = [:]

        /// Forgets the deployment, but not what is live and what is ours.
        package mutating func forget() {
            self = Self(record: record, made: made)
        }

        /// Remembers how a thing was before the deployment touched it: null where there was none. The first answer stands.
        ///
        /// - Parameter live: as the server shows it, with its name.
        package mutating func find(_ topic: SourceLayout.Topic, _ name: String, _ live: PluginJSON?) {
            guard found.resources[topic]?[name] == nil else { return }
            var value = live ?? .null
            if [.stopwords, .presets, .analytics].contains(topic), var members = live?.object {
                (members["id"], members["name"]) = (nil, nil)
                value = .object(members)
            }
            found.resources[topic, default: [:]][name] = value
        }
    }
    package static let file = "live.json"
    private static let version: Int64 = 1

    package private(set) var content = Content()
    /// What the file says.
    private var saved = Content()
    private let path: String
    private let base: String
    /// There is no such file, or nothing that can be read.
    package let isMissing: Bool

    /// - Parameter state: the checkpoint of the last deployment that ended well.
    package init(folder: String, state: [UInt8]?) {
        path = "\(folder)/\(Self.file)"
        base = state.map { String($0.withUnsafeBytes { DocumentLine.digest($0) }, radix: 16) } ?? "none"
        let bytes = (try? Files.read(path)) ?? nil
        let json = bytes.flatMap { try? PluginJSON(parsing: $0) }
        isMissing = json?["version"]?.integer != Int(Self.version)
        guard let json, !isMissing else { return }
        content.record = json["record"].flatMap { try? DeploymentRecord(json: $0) }
        content.made = Set(json["made"]?.strings ?? [])
        content.base = json["base"]?.string
        content.hasTouched = json["touched"]?.bool ?? false
        content.isDone = json["done"]?.bool ?? false
        content.begun = Set(json["begun"]?.strings ?? [])
        content.found = json["found"].flatMap { try? DeploymentRecord(json: $0) } ?? DeploymentRecord()
        content.moved = (json["moved"]?.object ?? [:]).compactMapValues(\.string)
        saved = content
    }

    /// Whether it tells of a deployment that began after the last one that ended well, and has not been rolled back.
    package var isUnderWay: Bool { content.base == base }

    /// Comes before everything else in a deployment, so that a rollback never takes an older one's notes for its own. One that
    /// was cut off when it had touched what is live goes on: what it found is what was there. The file says so with the first
    /// change, or now where it tells of another deployment that began with the same checkpoint.
    ///
    /// - Parameter record: without a file, what it names is taken for made here where its name looks so.
    package func begin(_ record: DeploymentRecord?) throws {
        if isMissing, content.made.isEmpty {
            for (name, entry) in record?.collections ?? [:] {
                content.made.formUnion(([entry.live] + entry.previous).filter { VersionedName.isOne($0, of: name) })
            }
        }
        guard content.base != base || !content.hasTouched || content.isDone else { return }
        content.forget()
        content.base = base
        if saved.base == base, saved.hasTouched { try write { _ in } }
    }

    /// The server has all of it already. What the file says of an older deployment that ended well stays as it is.
    package func settle(_ record: DeploymentRecord) throws {
        var ended = saved
        (ended.record, ended.isDone) = (record, true)
        guard saved.base != base, ended.json(Self.version) == saved.json(Self.version) else {
            return try write { ($0.record, $0.isDone) = (record, true) }
        }
        content = saved
    }

    /// - Throws: what the disk says; the file is the old or the new one, never half.
    package func write(_ change: (inout Content) -> Void) throws {
        change(&content)
        let after = content.json(Self.version)
        if saved.json(Self.version) == after, Files.kind(path) != nil { return }
        if let slash = path.lastIndex(of: "/") { try Files.createFolder(String(path[..<slash])) }
        try Files.replace(path, with: Array(after.text.utf8))
        saved = content
    }
}

extension Ledger.Content {
    fileprivate func json(_ version: Int64) -> PluginJSON {
        func list(_ names: Set<String>) -> PluginJSON { .array(names.sorted().map(PluginJSON.string)) }
        var members: [String: PluginJSON] = [
            "version": .integer(version), "made": list(made), "begun": list(begun), "found": found.json,
            "moved": .object(moved.mapValues(PluginJSON.string)), "touched": .bool(hasTouched), "done": .bool(isDone),
        ]
        members["record"] = record?.json
        members["base"] = base.map(PluginJSON.string)
        return .object(members)
    }
}
