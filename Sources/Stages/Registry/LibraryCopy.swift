import Model
import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A private copy of a library, named by its digest: what is loaded is what was checked, and a library that is replaced
/// while a worker runs disturbs nobody.
struct LibraryCopy: Sendable, Hashable {
    static let largest = 512 << 20

    var digest: String
    var path: String

    /// Copies, hashes and looks at a library in one pass over the open file.
    ///
    /// - Parameters:
    ///   - folder: private to the daemon; exists.
    ///   - isWanted: whether to keep a copy of what has this digest.
    static func make(
        of descriptor: Int32, into folder: String, size: Int, isWanted: (_ digest: String) -> Bool
    ) throws(LibraryTrust.Refusal) -> LibraryCopy {
        guard size <= largest else { throw .init("it is larger than \(largest >> 20) MB") }
        let draft = "\(folder)/.\(getpid())-\(descriptor).new"
        // A killed daemon may have left one of that name, which not even its owner may write to.
        unlink(draft)
        guard let target = Files.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o500) else {
            throw .init("it cannot be copied into '\(folder)': \(Files.lastError)")
        }
        let digest: String
        do throws(LibraryTrust.Refusal) {
            defer { close(target) }
            digest = try copy(descriptor, target, size: size)
        } catch {
            unlink(draft)
            throw error
        }
        let copy = LibraryCopy(digest: digest, path: "\(folder)/\(digest).so")
        guard isWanted(digest) else {
            unlink(draft)
            return copy
        }
        guard rename(draft, copy.path) == 0 else {
            let reason = Files.lastError
            unlink(draft)
            throw .init("it cannot be copied to '\(copy.path)': \(reason)")
        }
        return copy
    }

    private static func copy(_ source: Int32, _ target: Int32, size: Int) throws(LibraryTrust.Refusal) -> String {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var total = 0
        while true {
            let count = read(source, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .init("it cannot be read: \(Files.lastError)") }
            guard count > 0 else { break }
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if total == 0, let problem = LibraryHeader.problem(Array(piece.prefix(4096)), size: size) {
                throw .init(problem)
            }
            total += count
            guard total <= size else { throw .init("it is being written to") }
            hash.update(piece)
            guard Files.write(piece, to: target) else { throw .init("it cannot be copied: \(Files.lastError)") }
        }
        guard total == size, total > 0 else { throw .init(total == 0 ? "it is empty" : "it is being written to") }
        return hash.finish()
    }
}
