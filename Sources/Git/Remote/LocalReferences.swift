import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads single references from a repository's files (gitrepository-layout(5)): loose, packed and symbolic ones, in bare
/// repositories, working trees and linked worktrees. libgit2 would open the whole repository to the same end.
struct LocalReferences {
    enum Problem: Error {
        case noRepository
        case unreadable(path: String, cause: String)
        case damaged(path: String)
        /// Kept in a form that neither this reader nor libgit2 1.5 knows.
        case reftable

        func failure(_ sentences: RemoteFailure) -> Failure {
            switch self {
            case .noRepository: sentences.notFound(nil)
            case .unreadable(let path, let cause):
                Failure(
                    .remoteRepository, "\(path) of \(sentences.remote) cannot be read",
                    remedy: "Check that the daemon may read it.", cause: cause, scheduling: .retry)
            case .damaged(let path):
                Failure(
                    .remoteRepository, "\(path) of \(sentences.remote) is damaged",
                    remedy: "Restore the reference; a crash may have left the file empty.", scheduling: .retry)
            case .reftable:
                Failure(
                    .remoteRepository,
                    "\(sentences.remote) keeps its references as reftable, which libgit2 does not know",
                    remedy: "Convert it (git refs migrate --ref-format=files).")
            }
        }
    }

    private let common: String

    init(path: String) throws(Problem) {
        let folder = try Self.gitFolder(path)
        if let relative = try Self.line(of: "\(folder)/commondir") {
            common = relative.hasPrefix("/") ? relative : "\(folder)/\(relative)"
        } else {
            common = folder
        }
        if access("\(common)/reftable", F_OK) == 0 { throw .reftable }
    }

    /// What a reference points to after all symbolic steps; nil when it does not exist.
    func target(of name: String) throws(Problem) -> ObjectID? {
        var name = name
        for _ in 0..<5 {
            guard Self.isSafe(name) else { throw .damaged(path: "\(common)/\(name)") }
            let file = "\(common)/\(name)"
            guard let text = try Self.line(of: file) else { return try packed(name) }
            guard text.hasPrefix("ref:") else {
                guard let id = ObjectID(text) else { throw .damaged(path: file) }
                return id
            }
            name = String(text.dropFirst(4).drop { $0 == " " })
        }
        throw .damaged(path: "\(common)/\(name)")
    }

    private func packed(_ name: String) throws(Problem) -> ObjectID? {
        let path = "\(common)/packed-refs"
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if file < 0 {
            if errno == ENOENT { return nil }
            throw Self.unreadable(path)
        }
        defer { close(file) }
        return try PackedReferences(descriptor: file, path: path).target(of: name)
    }

    private static func gitFolder(_ path: String) throws(Problem) -> String {
        if isFolder("\(path)/objects"), access("\(path)/HEAD", F_OK) == 0 { return path }
        let inner = "\(path)/.git"
        if isFolder(inner) { return inner }
        if let text = try line(of: inner), text.hasPrefix("gitdir: ") {
            let target = String(text.dropFirst(8))
            return target.hasPrefix("/") ? target : "\(path)/\(target)"
        }
        throw .noRepository
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func isSafe(_ name: String) -> Bool {
        name.hasPrefix("refs/") && !name.split(separator: "/").contains("..") && !name.utf8.contains(0)
    }

    /// The first line of a small file (and never the wait for the other end of a FIFO); nil when there is no such file (or a folder of that name).
    private static func line(of path: String) throws(Problem) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if file < 0 {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw unreadable(path)
        }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &buffer, buffer.count)
        if count < 0 {
            if errno == EISDIR { return nil }
            throw unreadable(path)
        }
        let text = buffer[..<count].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: text, as: UTF8.self)
    }

    static func unreadable(_ path: String) -> Problem {
        .unreadable(path: path, cause: String(cString: strerror(errno)))
    }
}
