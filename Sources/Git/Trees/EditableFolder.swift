import CGit2
import Model

/// A folder of a tree that is being edited: folders below it are loaded when an edit enters them, and only what was
/// changed is written again.
final class EditableFolder {
    private enum Content {
        case stored(FileMode, OID)
        case folder(EditableFolder)

        var isFolder: Bool {
            switch self {
            case .stored(let mode, _): mode == .tree
            case .folder: true
            }
        }
    }

    /// Nil for a folder that did not exist.
    private let original: OID?
    private var entries: [[UInt8]: Content]?
    private var isChanged = false

    init(_ original: OID?) { self.original = original }

    func apply(_ edit: TreeEdit, _ session: GitSession) throws(Failure) {
        switch edit {
        case .write(let path, let content, let mode):
            let parts = try TreePath.parts(path)
            var used = mode ?? .file
            switch try find(parts, session) {
            case .stored(let existing, _)? where existing != .tree: used = mode ?? existing
            case .some: throw .occupied(path, "there is a folder")
            case nil: break
            }
            guard used != .tree, used != .commit else {
                throw Failure(.gitInvalidName, "'\(path)' cannot be written as a folder or a submodule")
            }
            // A link's target is no file content: a text written "in place" of a link becomes a file.
            if mode == nil, used == .symbolicLink || used == .commit { used = .file }
            try put(.stored(used, try session.write(content, as: GIT_OBJECT_BLOB)), at: parts, path, session)
        case .place(let path, let id, let mode):
            let parts = try TreePath.parts(path)
            if mode != .tree, let existing = try find(parts, session), existing.isFolder {
                throw .occupied(path, "there is a folder")
            }
            try put(.stored(mode, try OID(id)), at: parts, path, session)
        case .delete(let path):
            _ = try take(TreePath.parts(path), path, session)
        case .move(let from, let to):
            let target = try TreePath.parts(to)
            let source = try TreePath.parts(from)
            if target.starts(with: source) { throw .occupied(to, "it lies in what is moved") }
            let content = try take(source, from, session)
            guard try find(target, session) == nil else { throw .occupied(to, "there is something already") }
            try put(content, at: target, to, session)
        }
    }

    private func load(_ session: GitSession) throws(Failure) -> [[UInt8]: Content] {
        if let entries { return entries }
        var loaded: [[UInt8]: Content] = [:]
        if let original {
            for entry in try session.rawTree(original).entries {
                loaded[Array(entry.name)] = .stored(entry.mode, entry.id)
            }
        }
        entries = loaded
        return loaded
    }

    private func find(_ parts: [[UInt8]], _ session: GitSession) throws(Failure) -> Content? {
        guard let name = parts.first, let content = try load(session)[name] else { return nil }
        if parts.count == 1 { return content }
        guard content.isFolder else { return nil }
        return try open(name, content).find(Array(parts.dropFirst()), session)
    }

    private func open(_ name: [UInt8], _ content: Content) -> EditableFolder {
        switch content {
        case .folder(let folder): return folder
        case .stored(_, let id):
            let folder = EditableFolder(id)
            entries?[name] = .folder(folder)
            return folder
        }
    }

    private func put(_ content: Content, at parts: [[UInt8]], _ path: String, _ session: GitSession) throws(Failure) {
        guard let name = parts.first else { throw .unsafePath(path) }
        let existing = try load(session)[name]
        isChanged = true
        if parts.count == 1 {
            entries?[name] = content
            return
        }
        let folder: EditableFolder
        if let existing {
            guard existing.isFolder else { throw .occupied(path, "a part of it is a file") }
            folder = open(name, existing)
        } else {
            folder = EditableFolder(nil)
            entries?[name] = .folder(folder)
        }
        try folder.put(content, at: Array(parts.dropFirst()), path, session)
    }

    private func take(_ parts: [[UInt8]], _ path: String, _ session: GitSession) throws(Failure) -> Content {
        guard let name = parts.first, let content = try load(session)[name] else {
            throw Failure(.gitNotFound, "there is no '\(path)' to delete or move")
        }
        isChanged = true
        if parts.count == 1 {
            entries?[name] = nil
            return content
        }
        guard content.isFolder else { throw Failure(.gitNotFound, "there is no '\(path)' to delete or move") }
        return try open(name, content).take(Array(parts.dropFirst()), path, session)
    }

    /// Nil for a folder in which nothing is left: git keeps no empty folders.
    func write(_ session: GitSession) throws(Failure) -> OID? {
        guard let entries, isChanged else { return original }
        let builder = try git(.writeTree, session.name, free: git_treebuilder_free) {
            git_treebuilder_new(&$0, session.repository, nil)
        }
        var isEmpty = true
        for (name, content) in entries {
            let (mode, id): (FileMode, OID?) =
                switch content {
                case .stored(let mode, let id): (mode, id)
                case .folder(let folder): (.tree, try folder.write(session))
                }
            guard let id else { continue }
            isEmpty = false
            var raw = id.raw
            let text = name.map { CChar(bitPattern: $0) } + [0]
            try git(.writeTree, String(decoding: name, as: UTF8.self)) {
                git_treebuilder_insert(nil, builder.pointer, text, &raw, git_filemode_t(mode.rawValue))
            }
        }
        if isEmpty { return nil }
        var id = git_oid()
        try git(.writeTree, session.name) { git_treebuilder_write(&id, builder.pointer) }
        return OID(id)
    }
}

extension Failure {
    fileprivate static func occupied(_ path: String, _ reason: String) -> Failure {
        Failure(.gitExists, "'\(path)' cannot be put into the tree: \(reason)")
    }
}
