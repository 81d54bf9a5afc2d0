import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A folder that appears whole or not at all.
struct NewFolder {
    let path: String
    init(_ path: String) { self.path = path }

    /// - Throws: `Failure` with the code `usage.folder` when something of the name is there already, or the folder above is
    ///   not.
    func write(_ files: [String: [UInt8]]) throws(Failure) {
        let url = URL(filePath: path)
        let name = url.lastPathComponent
        let parent = url.deletingLastPathComponent()
        guard (try? FileManager.default.attributesOfItem(atPath: path)) == nil else {
            throw Failure(
                .init("usage.folder"), "'\(path)' is there already",
                remedy: "take another name, another --folder, or move it away")
        }
        var isFolder = false
        guard FileManager.default.fileExists(atPath: parent.path, isDirectory: &isFolder), isFolder else {
            throw Failure(
                .init("usage.folder"), "there is no folder '\(parent.path)'", remedy: "make it first")
        }
        let draft = parent.appending(path: ".\(name).part-\(ProcessInfo.processInfo.processIdentifier)")
        do {
            for (file, content) in files.sorted(by: { $0.key < $1.key }) {
                let target = draft.appending(path: file)
                try FileManager.default.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(content).write(to: target)
            }
            try FileManager.default.moveItem(atPath: draft.path, toPath: url.path)
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw Failure(.init("plugin.write"), "cannot write '\(path)'", cause: "\(error)")
        }
    }
}
