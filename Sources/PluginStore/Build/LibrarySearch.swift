import Model
import Stages
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The libraries that a build left. Blocks: for a thread of its own.
struct LibrarySearch: Sendable {
    static let largest = 512 << 20
    private static let mostFiles = 200_000

    /// Where libraries come to lie.
    let folder: String
    let isDeep: Bool
    /// Absolute paths of what came with the sources: such a library was not built from them.
    let committed: Set<String>
    /// What `plugin.json` names: taken whatever its ending.
    let wanted: String?

    func candidates() -> [LibraryChoice.Candidate] {
        var found: [LibraryChoice.Candidate] = []
        var folders = [""]
        var looked = 0
        while let relative = folders.popLast() {
            for name in Files.names(in: "\(folder)/\(relative)").sorted() where name != ".git" {
                looked += 1
                guard looked < Self.mostFiles else { return found }
                let path = relative.isEmpty ? name : "\(relative)/\(name)"
                var information = stat()
                // Links are not followed: what they lead to is found itself, or is none of the build's.
                guard lstat("\(folder)/\(path)", &information) == 0 else { continue }
                switch information.st_mode & S_IFMT {
                case S_IFDIR: if isDeep { folders.append(path) }
                case S_IFREG: if let candidate = candidate(path, name) { found.append(candidate) }
                default: break
                }
            }
        }
        return found
    }

    private func candidate(_ path: String, _ name: String) -> LibraryChoice.Candidate? {
        let isNamed = wanted.map { path == $0 || path.hasSuffix("/\($0)") } ?? false
        guard name.hasSuffix(".so") || isNamed, !committed.contains("\(folder)/\(path)"),
            let bytes = Self.read("\(folder)/\(path)"), let library = LibraryFile(bytes)
        else { return nil }
        return .init(path: path, digest: SHA256.hex(of: bytes), isPlugin: library.isPlugin)
    }

    /// A regular file, a link never.
    static func read(_ path: String) -> [UInt8]? {
        guard let descriptor = Files.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
            information.st_size <= largest
        else { return nil }
        return Files.read(path, limit: largest)
    }
}
