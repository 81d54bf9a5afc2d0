import PluginKit
import PluginSupport

/// One collection that is copied into another, as it is written down: after a kill the next deployment goes on with it, or
/// cleans up behind it.
package struct CopyJob: Sendable {
    package enum Phase: String, Sendable {
        /// The target is not complete and must not become live.
        case copying
        /// The target is complete and has been counted; the alias may point to it already.
        case flipping
    }
    /// The name by which the collection is searched.
    package var name: String
    package var source: String
    package var target: String
    /// The name is the source's own and becomes an alias.
    package var replacesName: Bool
    package var phase: Phase = .copying
    package var transform = DocumentTransform()

    package init(name: String, source: String, target: String, replacesName: Bool = false) {
        self.name = name
        self.source = source
        self.target = target
        self.replacesName = replacesName
    }

    var json: PluginJSON {
        [
            "name": .string(name), "source": .string(source), "target": .string(target),
            "replaces_name": .bool(replacesName), "phase": .string(phase.rawValue),
        ]
    }

    init?(_ json: PluginJSON) {
        guard let name = json["name"]?.string, let source = json["source"]?.string, let target = json["target"]?.string,
            let phase = json["phase"]?.string.flatMap(Phase.init)
        else { return nil }
        self.init(name: name, source: source, target: target, replacesName: json["replaces_name"]?.bool ?? false)
        self.phase = phase
    }
}

/// Where the jobs and journals of copies lie: in the scratch folder, one job and up to two journals each.
package struct CopyDesk {
    private let folder: String
    package init(scratch: String) { folder = "\(scratch)/copies" }

    package var jobs: [CopyJob] {
        get throws {
            try Files.names(in: folder).filter { $0.hasSuffix(".json") }.compactMap { name in
                try Files.read("\(folder)/\(name)").flatMap { try? PluginJSON(parsing: $0) }.flatMap { CopyJob($0) }
            }
        }
    }

    package func job(target: String) throws -> CopyJob? { try jobs.first { $0.target == target } }

    package func write(_ job: CopyJob) throws {
        try Files.createFolder(folder)
        let draft = path(job.target, "draft")
        try Files.remove(draft)
        try Files.write(Array(job.json.text.utf8), to: draft)
        try Files.move(draft, to: path(job.target, "json"))
    }

    package func forget(_ target: String) throws {
        for ending in ["json", "draft", "journal", "next"] { try Files.remove(path(target, ending)) }
    }

    func journal(_ target: String) -> String { path(target, "journal") }
    func nextJournal(_ target: String) -> String { path(target, "next") }

    /// Names of collections may hold what names of files may not.
    private func path(_ target: String, _ ending: String) -> String {
        let digest = String(DocumentLine.digest(target), radix: 16)
        let readable = target.unicodeScalars.map {
            $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil) ? Character($0) : "-"
        }
        return "\(folder)/\(String(readable.prefix(80)))-\(digest).\(ending)"
    }
}
