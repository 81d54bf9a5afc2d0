import Coders
import Git
import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The working tree in which a command mends a service: the service's files at the commit that failed.
struct CoderTree: CoderWorktree {
    let worktree: GitWorktree
    let repository: GitRepository
    let revision: Revision
    /// Of the service, relative to the repository.
    let path: String
    /// Files above it are no part of the difference; in bytes.
    var limit = 2_000_000
    /// Changed files and their bytes at most; a difference of more is cut off here, and refused by whoever judges it.
    private static let most = (files: 1000, bytes: 64 << 20)

    var folder: String { worktree.path }
    private static let skipped: Set<String> = [".git", ".build", "node_modules", ".swiftpm", "DerivedData", "target"]

    /// Brings the files to the commit; what an earlier command has left there goes.
    func prepare(inputs: [Glob]) async throws(Failure) {
        try await discard()
        try await worktree.update(to: revision, selection: PathSelection(paths: [path], globs: inputs))
    }

    /// Removes it: what a command has put there, gigabytes or none, is of no use once its difference is taken.
    func discard() async throws(Failure) {
        try await worktree.remove()
    }

    func isChanged() async throws(Failure) -> Bool { try await !edits().isEmpty }

    /// What was changed.
    struct Difference: Sendable {
        /// A unified diff with paths of the repository.
        var text: String
        /// Bytes of it that did not fit.
        var omittedBytes: Int
        /// With paths of the service.
        var files: [ChangedFile]
    }

    /// nil where nothing was changed.
    /// - Parameter limit: bytes of text; what does not fit is counted.
    func difference(limit: Int) async throws(Failure) -> Difference? {
        let edits = try await edits()
        guard !edits.isEmpty else { return nil }
        let old = try await repository.tree(of: revision)
        let new = try await repository.edit(tree: old, edits)
        let diff = try await repository.diff(fromTree: old, toTree: new, limit: limit)
        guard !diff.text.isEmpty || diff.omittedBytes != 0 else { return nil }
        let before = Set(try await repository.files(under: path, in: revision).map(\.path))
        return Difference(
            text: diff.text, omittedBytes: diff.omittedBytes, files: edits.map { file($0, before) })
    }

    private func file(_ edit: TreeEdit, _ before: Set<String>) -> ChangedFile {
        func own(_ file: String) -> String { String(file.dropFirst(path.isEmpty ? 0 : path.utf8.count + 1)) }
        switch edit {
        case .write(let file, _, _), .place(let file, _, _), .move(_, let file):
            return ChangedFile(own(file), before.contains(file) ? .changed : .added)
        case .delete(let file): return ChangedFile(own(file), .removed)
        }
    }

    private func edits() async throws(Failure) -> [TreeEdit] {
        guard isFolder else { return [] }
        let before = try await repository.files(under: path, in: revision)
        var known: [String: TreeEntry] = [:]
        for entry in before { known[entry.path] = entry }
        var edits: [TreeEdit] = []
        var bytes = 0
        for (file, size) in files() {
            guard edits.count < Self.most.files, bytes < Self.most.bytes else { return edits }
            // Asked before it is read: a file may have more bytes than the machine.
            guard size <= limit, let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(file)")) else { continue }
            let content = Array(data)
            if let entry = known.removeValue(forKey: file) {
                guard entry.mode == .file || entry.mode == .executable else { continue }
                let old = try await repository.content(of: file, in: revision, limit: Int.max)
                guard old != content else { continue }
                edits.append(.write(path: file, content: content, mode: entry.mode))
            } else {
                edits.append(.write(path: file, content: content, mode: .file))
            }
            bytes += content.count
        }
        for entry in known.values where entry.mode == .file || entry.mode == .executable {
            // What is there and was not looked at (a link in its place, a file that grew too large) is no deletion.
            guard !FileManager.default.fileExists(atPath: "\(folder)/\(entry.path)") else { continue }
            edits.append(.delete(path: entry.path))
        }
        return edits
    }

    /// Whether the service's folder is still one: a link in its place, or above it, would have files of this machine read.
    private var isFolder: Bool {
        var prefix = folder
        return path.split(separator: "/").allSatisfy { part in
            prefix += "/\(part)"
            return attributes(prefix)?[.type] as? FileAttributeType == .typeDirectory
        }
    }

    /// Regular files of the service with their sizes, links neither followed nor taken.
    private func files() -> [(path: String, size: Int)] {
        var found: [(path: String, size: Int)] = []
        var folders = [path]
        while let next = folders.popLast() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(next)")) ?? []
            for name in names where !Self.skipped.contains(name) {
                let relative = next.isEmpty ? name : "\(next)/\(name)"
                let attributes = attributes("\(folder)/\(relative)")
                switch attributes?[.type] as? FileAttributeType {
                case .typeRegular: found.append((relative, attributes?[.size] as? Int ?? .max))
                case .typeDirectory: folders.append(relative)
                default: continue
                }
            }
        }
        return found
    }

    /// Of what lies there itself, which may be a link.
    private func attributes(_ path: String) -> [FileAttributeKey: Any]? {
        try? FileManager.default.attributesOfItem(atPath: path)
    }
}
