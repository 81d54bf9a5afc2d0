import Model
import TestSupport

@testable import Git

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// A deterministic source of randomness, so that a failing case can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        // xorshift64*, Vigna 2016.
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

struct Unexpected: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

func revision(_ hex: String) throws -> Revision {
    guard let revision = Revision(hex) else { throw Unexpected("'\(hex)' is no revision") }
    return revision
}

extension GitFixture {
    /// An empty repository, and a worktree of it that is not there yet.
    static func withWorktree(
        _ body: (GitFixture, _ repository: String, GitWorktree) async throws -> Void
    ) async throws {
        try await with { fixture in
            let repository = try fixture.repository("r")
            let path = fixture.folder + "/trees/deploy"
            try await body(fixture, repository, GitWorktree(repository: repository, name: "deploy", path: path))
        }
    }

    func commitRevision(
        _ files: [String: String?], to path: String, branch: String = "main", modes: [String: UInt32] = [:],
        message: String = "A commit", parents: [Revision]? = nil
    ) throws -> Revision {
        try revision(
            commit(files, to: path, branch: branch, modes: modes, message: message, parents: parents?.map(\.hex)))
    }
}

extension Signature {
    static let test = Signature(
        Identity(name: "Test", email: "test@localhost"), time: Timestamp(seconds: 1_800_000_000))
}

/// The failure that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> Failure {
    do {
        try await body()
    } catch let failure as Failure {
        return failure
    }
    throw Unexpected("nothing was thrown")
}

/// Files as a test sees them, without the code under test.
func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw Unexpected("cannot write \(path)") }
    defer { fclose(file) }
    guard text.isEmpty || fwrite(text, 1, text.utf8.count, file) == text.utf8.count else {
        throw Unexpected("cannot write \(path)")
    }
}

/// Nil where there is no file.
func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { content += buffer.prefix(count) }
    return String(decoding: content, as: UTF8.self)
}

func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
}

/// Inode and time of modification: what a file has that was not written again.
func identity(_ path: String) throws -> [Int64] {
    guard let status = try FileStatus(path) else { throw Unexpected("there is no \(path)") }
    return [Int64(bitPattern: status.inode), status.modified]
}

/// All files below a folder but those below `.git`, relative to it, sorted.
func files(below folder: String) throws -> [String] {
    try RepositoryLayout.files(below: folder).map { String($0.dropFirst(folder.count + 1)) }
        .filter { $0 != ".git" && !$0.hasPrefix(".git/") }.sorted()
}

/// Cuts a file to a length.
func cut(_ path: String, to length: Int) throws {
    chmod(path, 0o644)
    guard truncate(path, off_t(length)) == 0 else { throw Unexpected("cannot cut \(path)") }
}
