import CGit2
import Model

/// An open repository of libgit2. Not Sendable: it stays with the actor (or the call) that opened it.
final class GitSession {
    let repository: OpaquePointer
    let objects: OpaquePointer
    let gitDirectory: String
    let commonDirectory: String
    let workTree: String?
    /// What messages call the repository.
    let name: String

    /// Opens the repository whose root is `path` itself; folders above are not searched.
    convenience init(opening path: String) throws(Failure) {
        var pointer: OpaquePointer?
        try git(.open, path) {
            git_repository_open_ext(&pointer, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
        }
        guard let pointer else { throw .notARepository(path) }
        try self.init(owning: pointer, name: path)
    }

    /// Takes over the ownership of `pointer`.
    init(owning pointer: OpaquePointer, name: String) throws(Failure) {
        var odb: OpaquePointer?
        let status = git_repository_odb(&odb, pointer)
        guard status == 0, let odb else {
            git_repository_free(pointer)
            throw .git(min(status, -1), .open, name)
        }
        repository = pointer
        objects = odb
        gitDirectory = Self.folder(git_repository_path(pointer)) ?? name
        commonDirectory = Self.folder(git_repository_commondir(pointer)) ?? name
        workTree = Self.folder(git_repository_workdir(pointer))
        self.name = name
    }

    deinit {
        git_odb_free(objects)
        git_repository_free(repository)
    }

    /// libgit2 ends its folders with a slash.
    private static func folder(_ path: UnsafePointer<CChar>?) -> String? {
        guard let path else { return nil }
        let text = String(cString: path)
        return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
