package import Model
import PluginKit
import PluginSupport

/// What was rendered, file by file; kept as `rendered.json` beside the folder `site`.
package struct RenderedSite: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        /// Relative to the site.
        package var path: String
        /// SHA-256, 64 hexadecimal digits.
        package var digest: String
        package var bytes: Int
        package init(path: String, digest: String, bytes: Int) {
            self.path = path
            self.digest = digest
            self.bytes = bytes
        }
    }

    /// Sorted by their paths.
    package var files: [File]
    /// Names the sources of the engine that rendered them.
    package var engine = ""

    package static let folder = "site"
    package static let record = "rendered.json"
    /// Raised when a member changes its meaning, not when one is added.
    private static let version: Int64 = 1

    package init(files: [File]) { self.files = files.sorted { $0.path < $1.path } }

    /// Reads what is in a folder.
    package init(readingFolder folder: String) throws(Failure) {
        var files: [File] = []
        for path in try Files.names(in: folder) { files.append(try Self.file(path, in: folder)) }
        self.init(files: files)
    }

    /// The record of a release or of what waits to become one; nil where there is none.
    package init?(recordedIn folder: String) {
        guard let bytes = try? Files.read("\(folder)/\(Self.record)", limit: 16 << 20) else { return nil }
        self.init(bytes)
    }

    /// nil for anything that is no record of this version.
    package init?(_ bytes: [UInt8]) {
        guard let json = try? PluginJSON(parsing: bytes), json["version"] == .integer(Self.version),
            let items = json["files"]?.array
        else { return nil }
        var files: [File] = []
        for item in items {
            guard let path = item["path"]?.string, let digest = item["sha256"]?.string,
                let count = item["bytes"]?.integer
            else { return nil }
            files.append(File(path: path, digest: digest, bytes: count))
        }
        self.init(files: files)
        engine = json["engine"]?.string ?? ""
    }

    package var text: String {
        let items = files.map { file -> PluginJSON in
            ["path": .string(file.path), "sha256": .string(file.digest), "bytes": .integer(Int64(file.bytes))]
        }
        let json: PluginJSON = [
            "version": .integer(Self.version), "engine": .string(engine), "files": .array(items),
        ]
        return json.text
    }

    /// The files that are not as they were recorded, and what is wrong with each.
    package func damages(in folder: String) -> [(path: String, what: String)] {
        files.compactMap { file in
            guard let present = try? Self.file(file.path, in: folder) else { return (file.path, "is missing") }
            return present == file ? nil : (file.path, "was changed")
        }
    }

    package static func file(_ path: String, in folder: String) throws(Failure) -> File {
        guard let bytes = try Files.read("\(folder)/\(path)", limit: 256 << 20) else {
            throw Failure(.file, "there is no \(folder)/\(path)")
        }
        return File(path: path, digest: SHA256.hex(of: bytes), bytes: bytes.count)
    }
}
