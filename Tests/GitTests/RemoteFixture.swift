import Git
import Model
import Net
import TestSupport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A folder with bare repositories that git itself made, and the means to reach them.
struct RemoteFixture: Sendable {
    let folder: String
    let client: RemoteClient

    static func with(_ body: (RemoteFixture) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            try await body(RemoteFixture(folder: folder, client: RemoteClient(executable: try transport())))
        }
    }

    /// `GitTransport` lies beside the test bundle.
    static func transport() throws -> String {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        let path = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("GitTransport").path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw PeerError("there is no \(path)") }
        return path
    }

    /// Makes a bare repository with one commit on `main`, unless `isEmpty`.
    @discardableResult
    func makeBare(_ name: String = "origin.git", isEmpty: Bool = false) throws -> String {
        let path = "\(folder)/\(name)"
        try PeerCommand.git("init", "-q", "--bare", path)
        try PeerCommand.git("config", "http.receivepack", "true", in: path)
        if !isEmpty { try commit(to: name, file: "README", "hello\n") }
        return path
    }

    /// Commits a file to a branch of a bare repository, through a working copy of the peer's own.
    @discardableResult
    func commit(
        to name: String = "origin.git", branch: String = "main", file: String, _ text: String
    ) throws -> ObjectID {
        let work = "\(folder)/work-\(name)"
        if !exists(work) {
            try PeerCommand.git("init", "-q", "-b", "main", work)
            try PeerCommand.git("remote", "add", "origin", "\(folder)/\(name)", in: work)
        }
        let known = try PeerCommand.run(["git", "ls-remote", "origin", "refs/heads/\(branch)"], in: work).text
        if known.contains("refs/heads/") {
            try PeerCommand.git("fetch", "-q", "origin", branch, in: work)
            try PeerCommand.git("checkout", "-q", "-B", branch, "FETCH_HEAD", in: work)
        } else {
            try PeerCommand.git("checkout", "-q", "-B", branch, in: work)
        }
        try write(text, to: "\(work)/\(file)")
        try PeerCommand.git("add", "-A", in: work)
        try PeerCommand.git("commit", "-q", "-m", file, in: work)
        try PeerCommand.git("push", "-q", "origin", "HEAD:refs/heads/\(branch)", in: work)
        return try tip(work, "HEAD")
    }

    func tip(_ repository: String, _ reference: String) throws -> ObjectID {
        let text = try PeerCommand.git("rev-parse", reference, in: repository)
        guard let id = ObjectID(text) else { throw PeerError("'\(text)' is no object id") }
        return id
    }

    func write(_ text: String, to path: String) throws { try SSHServer.write(text, to: path) }

    func writeExecutable(_ text: String, to path: String) throws {
        try write(text, to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Every file below a folder, relative to it.
    func files(below path: String) -> [String] {
        guard let list = try? FileManager.default.subpathsOfDirectory(atPath: path) else { return [] }
        return list
    }

    /// Packs and locks that nobody finished.
    func leftovers(in repository: String) -> [String] {
        files(below: repository).filter { $0.contains("_git2_") || $0.contains("tmp_") || $0.hasSuffix(".lock") }
    }

    static var hasProc: Bool { FileManager.default.fileExists(atPath: "/proc/self/environ") }

    /// Arguments and environments of every `GitTransport` that runs now, as anybody with /proc could read them.
    func childrenInProc() throws -> String {
        var shown = ""
        for pid in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(pid) != nil {
            let arguments = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            let text = String(decoding: arguments, as: UTF8.self)
            guard text.contains("GitTransport") else { continue }
            let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
            shown += text + String(decoding: environment, as: UTF8.self)
        }
        return shown
    }

    func remote(_ url: String, _ credential: RemoteCredential = .none) throws -> GitRemote {
        GitRemote(url: try RemoteURL(url), credential: credential)
    }

    /// A repository that cannot be compressed, large enough to be cut in the middle of its pack.
    func makeLarge(_ name: String = "large.git", bytes: Int = 2_000_000) throws {
        try makeBare(name)
        var state: UInt64 = 88_172_645_463_325_252
        var text = ""
        text.reserveCapacity(bytes)
        while text.utf8.count < bytes {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            text += String(state, radix: 36)
        }
        try commit(to: name, file: "noise", text)
    }
}

/// Runs `body` and returns the `Failure` it throws; nil when it throws none.
func remoteFailure(of body: () async throws -> Void) async -> Failure? {
    do {
        try await body()
        return nil
    } catch {
        return error as? Failure
    }
}
