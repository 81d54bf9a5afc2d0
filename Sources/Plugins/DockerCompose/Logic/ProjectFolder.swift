package import Model
import PluginKit
import PluginSupport

/// The folder that a stack's relative paths start from. It stays where it is from release to release, so that what
/// containers write below it survives; the files of a release are copied over it.
///
/// A ledger says which files are ours, with the digests they may have: those of the last release, and while files are being
/// copied those of the next one as well.
package struct ProjectFolder: Sendable {
    package let path: String
    private let ledger: String

    package init(path: String, ledger: String) {
        self.path = path
        self.ledger = ledger
    }

    private struct Entry: Hashable {
        /// What the last release to be copied whole had there.
        var last: String?
        /// What may be there without anybody else having written it.
        var ours: Set<String>
    }

    /// Makes the files of a release those of the folder. What somebody changed here is left alone as long as releases do not
    /// change it too; then it is set aside.
    ///
    /// - Returns: what is worth telling.
    package func take(_ files: String, tag: String) throws(Failure) -> [String] {
        try Files.createFolder(path)
        var wanted: [String: String] = [:]
        try Self.list(files, "", into: &wanted)
        var entries = read()
        for (name, digest) in wanted { entries[name, default: Entry(ours: [])].ours.insert(digest) }
        // Before anything is copied: a kill half way must not make our own files look like somebody's.
        try write(entries)
        var notes: [String] = []
        for (name, digest) in wanted.sorted(by: { $0.key < $1.key }) {
            if let note = try place(name, digest, entries[name] ?? Entry(ours: []), from: files, tag: tag) {
                notes.append(note)
            }
        }
        for (name, entry) in entries.sorted(by: { $0.key > $1.key }) where wanted[name] == nil {
            let target = "\(path)/\(name)"
            guard let there = try Digest.of(path: target), Files.kind(target) != .folder else { continue }
            guard entry.ours.contains(there) else {
                notes.append("'\(name)' is no longer in the sources; it was changed here and stays")
                continue
            }
            try Files.remove(target)
            removeEmptyFolders(above: name)
        }
        try write(wanted.mapValues { Entry(last: $0, ours: [$0]) })
        return notes
    }

    private func place(
        _ name: String, _ digest: String, _ entry: Entry, from files: String, tag: String
    ) throws(Failure) -> String? {
        let target = "\(path)/\(name)"
        try refuseLinks(above: name)
        var note: String?
        if Files.kind(target) == .folder {
            // The engine makes a folder where a file that is to be mounted was missing.
            guard try Files.names(in: target).isEmpty else {
                throw Failure(
                    .file, "'\(target)' is a folder with something in it, and the sources have a file of that name",
                    remedy: "Move the folder away.")
            }
            try Files.remove(target)
        } else if let there = try Digest.of(path: target) {
            if there == digest { return nil }
            if !entry.ours.contains(there) {
                if entry.last == digest { return "'\(name)' was changed here and is left as it is" }
                let aside = "\(target).before-\(tag)"
                try Files.remove(aside)
                try Files.move(target, to: aside)
                note = "'\(name)' was changed here and in the sources; what was here is now '\(name).before-\(tag)'"
            }
        }
        if let slash = target.lastIndex(of: "/") { try Files.createFolder(String(target[..<slash])) }
        let incoming = "\(path)/.codex-deployer.incoming"
        try Files.remove(incoming)
        try Files.copy("\(files)/\(name)", to: incoming)
        try Files.move(incoming, to: target)
        return note
    }

    /// A container that writes here could put a link in the way, and have us write wherever it leads.
    private func refuseLinks(above name: String) throws(Failure) {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            guard Files.kind(folder) == .link else { continue }
            throw Failure(
                .file, "'\(folder)' is a link, and the sources have a folder of that name", remedy: "Remove the link.")
        }
    }

    private func removeEmptyFolders(above name: String) {
        var parts = name.split(separator: "/").dropLast()
        while !parts.isEmpty {
            let folder = "\(path)/\(parts.joined(separator: "/"))"
            guard let names = try? Files.names(in: folder), names.isEmpty, (try? Files.remove(folder)) != nil else {
                return
            }
            parts = parts.dropLast()
        }
    }

    /// Files and links below a folder with their digests.
    private static func list(_ root: String, _ below: String, into found: inout [String: String]) throws(Failure) {
        for name in try Files.names(in: below.isEmpty ? root : "\(root)/\(below)") {
            let relative = below.isEmpty ? name : "\(below)/\(name)"
            if Files.kind("\(root)/\(relative)") == .folder {
                try list(root, relative, into: &found)
            } else if let digest = try Digest.of(path: "\(root)/\(relative)") {
                found[relative] = digest
            }
        }
    }

    private func read() -> [String: Entry] {
        guard let bytes = try? Files.read(ledger), let json = try? PluginJSON(parsing: bytes),
            json["path"]?.string == path, let files = json["files"]?.object
        else { return [:] }
        return files.mapValues { Entry(last: $0["last"]?.string, ours: Set($0["ours"]?.strings ?? [])) }
    }

    private func write(_ entries: [String: Entry]) throws(Failure) {
        let files = entries.mapValues { entry -> PluginJSON in
            [
                "last": entry.last.map(PluginJSON.string) ?? .null,
                "ours": .array(entry.ours.sorted().map(PluginJSON.string)),
            ]
        }
        let json: PluginJSON = ["path": .string(path), "files": .object(files)]
        try Files.write(Array(json.text.utf8), to: "\(ledger).next")
        try Files.move("\(ledger).next", to: ledger)
    }
}
