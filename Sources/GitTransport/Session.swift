import CGit2

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The state that libgit2's callbacks share during one operation. Their C functions are in `Session+Callbacks.swift`.
final class Session {
    let request: Request
    let reply: Reply
    /// What a callback found out; stronger than what libgit2 says afterwards.
    var finding: TransportError?
    var credentialsOffered = false
    var receivedObjects = 0
    var receivedBytes = 0
    /// What pushed references must be at over there: nil for absent.
    var expectations: [String: String?] = [:]
    private var remoteText: [UInt8] = []
    private var lastProgress: Int64 = 0

    init(request: Request, reply: Reply) {
        self.request = request
        self.reply = reply
    }

    /// `LibGit2.call`, except that a callback's finding wins over libgit2's error.
    func call(_ body: () -> Int32) throws(TransportError) {
        do throws(TransportError) {
            try LibGit2.call(body)
        } catch {
            throw finding ?? error
        }
    }

    func openRepository() throws(TransportError) -> OpaquePointer? {
        let path = try request.required("repository")
        var repository: OpaquePointer?
        try call {
            git_repository_open_ext(&repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
        }
        return repository
    }

    /// A remote without a name, so that nothing of the repository's configuration applies to it.
    func makeRemote(repository: OpaquePointer?) throws(TransportError) -> OpaquePointer? {
        var options = git_remote_create_options()
        git_remote_create_options_init(&options, UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION))
        options.repository = repository
        options.flags =
            GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC.rawValue
        let url = try request.required("url")
        var remote: OpaquePointer?
        try call { git_remote_create_with_opts(&remote, url, &options) }
        return remote
    }

    func configure(_ options: inout git_fetch_options) {
        options.callbacks = callbacks()
        options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        options.proxy_opts.type = GIT_PROXY_NONE
    }

    /// Whether the remote advertised any reference at all.
    func hasAdvertisement(_ remote: OpaquePointer?) -> Bool {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        return git_remote_ls(&heads, &count, remote) == 0 && count > 0
    }

    func progress(objects: Int, total: Int, bytes: Int) {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        guard now - lastProgress >= 100 else { return }
        lastProgress = now
        reply.line("progress", String(objects), String(total), String(bytes))
        reply.flush()
    }

    /// Takes a piece of what the remote prints. Lines that end in a carriage return are its progress and are dropped.
    func takeRemoteText(_ bytes: UnsafeBufferPointer<UInt8>) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"): flushRemoteText()
            case UInt8(ascii: "\r"): remoteText.removeAll()
            default: if remoteText.count < 4096 { remoteText.append(byte) }
            }
        }
    }

    func flushRemoteText() {
        if !remoteText.isEmpty { reply.line("remote", String(decoding: remoteText, as: UTF8.self)) }
        remoteText.removeAll()
    }

    func finish(_ values: [(String, String)]) {
        flushRemoteText()
        reply.line("progress", String(receivedObjects), String(receivedObjects), String(receivedBytes))
        let words = values.map { "\($0.0)=\($0.1)" }
        switch words.count {
        case 0: reply.line("done")
        case 1: reply.line("done", words[0])
        default: reply.line("done", words[0], words[1])
        }
        reply.flush()
    }
}
