package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension RemoteClient {
    /// Clones without checking anything out. The clone grows under a temporary name beside `path` and is renamed when it is
    /// whole, so that a path that exists is a complete repository; what an earlier, killed attempt left there is removed.
    /// - Parameters:
    ///   - path: must not exist, or be an empty folder.
    ///   - longest: while data keeps coming the deadline is put off, up to this.
    package func clone(
        _ remote: GitRemote, to path: String, isBare: Bool = false, deadline: Duration? = nil, longest: Duration? = nil,
        progress: (@Sendable (RemoteProgress) -> Void)? = nil
    ) async throws(Failure) -> CloneResult {
        let place = try ClonePlace(path)
        // Folders can be large: removing them is nothing for a thread of the cooperative pool.
        let obstacle = await OperationThread.run { place.prepare() }
        if let obstacle { throw obstacle }
        let reply: TransportReply
        do {
            reply = try await remote.entered { (remote) throws(Failure) in
                var request = TransportRequest("clone", remote)
                request.add("repository", place.temporary)
                if isBare { request.add("bare", "1") }
                return try await run(
                    request, remote, doing: "cloning", repository: path, deadline: deadline, longest: longest,
                    progress: progress)
            }
            try place.moveIntoPlace()
        } catch {
            await OperationThread.run { TransportLeftovers.removeTree(place.temporary) }
            throw error
        }
        let head = reply.done?["head"].flatMap { $0.isEmpty ? nil : $0 }
        return CloneResult(
            headBranch: head, isEmpty: reply.done?["empty"] == "1", receivedObjects: reply.progress.objects,
            receivedBytes: reply.progress.bytes)
    }
}

/// The final and the temporary name of a clone: `.<name>.cloning-<pid>-<number>` beside it.
struct ClonePlace: Sendable {
    let path: String
    let temporary: String
    private let folder: String
    private let prefix: String

    init(_ path: String) throws(Failure) {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        guard trimmed.hasPrefix("/"), let slash = trimmed.lastIndex(of: "/"), trimmed != "/" else {
            throw Failure(
                .remoteRepository, "'\(path)' is no place for a clone", remedy: "Name an absolute path.")
        }
        self.path = String(trimmed)
        folder = String(trimmed[..<slash])
        prefix = ".\(trimmed[trimmed.index(after: slash)...]).cloning-"
        temporary = "\(folder)/\(prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    }

    /// Checks that the name is free and removes what processes that are no more left of their attempts.
    /// - Returns: what is in the way.
    func prepare() -> Failure? {
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR, TransportLeftovers.entries(of: path).isEmpty else {
                return Failure(
                    .remoteRepository, "\(path) exists already", remedy: "Remove it, or clone to another place.")
            }
        }
        for name in TransportLeftovers.entries(of: folder) where name.hasPrefix(prefix) {
            let owner = name.dropFirst(prefix.count).prefix { $0 != "-" }
            if let owner = pid_t(owner), Self.isGone(owner) { TransportLeftovers.removeTree("\(folder)/\(name)") }
        }
        return nil
    }

    func moveIntoPlace() throws(Failure) {
        // rename(2) replaces an empty folder, and nothing else that might have come meanwhile.
        guard rename(temporary, path) == 0 else {
            throw Failure(
                .remoteRepository, "the finished clone cannot be moved to \(path)",
                remedy: "Check that nothing lies there and that the folder may be written to.",
                cause: String(cString: strerror(errno)))
        }
    }

    private static func isGone(_ pid: pid_t) -> Bool {
        #if canImport(Darwin)
            Darwin.kill(pid, 0) != 0 && errno == ESRCH
        #else
            Glibc.kill(pid, 0) != 0 && errno == ESRCH
        #endif
    }
}
