import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// Opens folders below a root, one step at a time and never through a link, and keeps the way to the last one open.
///
/// Paths in sorted order share most of their way, so writing a tree opens each of its folders about once.
final class FolderCursor {
    private let root: CInt
    private var way: [(name: [UInt8], descriptor: CInt)] = []
    private let rootPath: String

    /// - Throws: `git.files` when `path` is no folder that can be opened.
    init(_ path: String) throws(Failure) {
        rootPath = path
        root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw .files("open the folder", path) }
    }

    deinit {
        for step in way { close(step.descriptor) }
        close(root)
    }

    private var current: CInt { way.last?.descriptor ?? root }
    var rootDescriptor: CInt { root }

    /// The descriptor of the folder at `parts`; valid until the next call.
    /// - Parameter creating: makes what is missing, in place of a file or link that is in the way.
    /// - Returns: nil when it does not exist (or a part of it is no folder) and is not to be made.
    func folder(_ parts: some Collection<[UInt8]>, creating: Bool) throws(Failure) -> CInt? {
        var shared = 0
        for (step, part) in zip(way, parts) {
            guard step.name == part else { break }
            shared += 1
        }
        leave(to: shared)
        for part in parts.dropFirst(shared) {
            guard let next = try enter(part, creating: creating) else { return nil }
            way.append((part, next))
        }
        return current
    }

    /// Closes the way below a depth, before a folder on it is removed.
    func leave(to depth: Int) {
        while way.count > depth { close(way.removeLast().descriptor) }
    }

    private func enter(_ part: [UInt8], creating: Bool) throws(Failure) -> CInt? {
        let name = systemName(part)
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(current, name, flags)
        if descriptor >= 0 { return descriptor }
        let code = errno
        switch code {
        case ENOENT where creating: break
        case ENOTDIR where creating, ELOOP where creating:
            guard unlinkat(current, name, 0) == 0 else { throw .files("remove", describe(part)) }
        case ENOENT, ENOTDIR, ELOOP: return nil
        default: throw .files("open the folder", describe(part))
        }
        guard mkdirat(current, name, 0o777) == 0 || errno == EEXIST else { throw .files("make", describe(part)) }
        let made = openat(current, name, flags)
        guard made >= 0 else { throw .files("open the folder", describe(part)) }
        return made
    }

    private func describe(_ part: [UInt8]) -> String {
        ([rootPath] + (way.map(\.name) + [part]).map { String(decoding: $0, as: UTF8.self) }).joined(separator: "/")
    }
}
