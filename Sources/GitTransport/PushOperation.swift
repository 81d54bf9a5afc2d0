import CGit2

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Pushes references; the remote's answer for each comes back through `push_update_reference`.
///
/// libgit2 pushes references only, so a bare commit gets one for the duration: `refs/deployer/push/<pid>-<n>`. A repository
/// on this machine is pushed to by `LocalPush`.
struct PushOperation {
    private static let prefix = "refs/deployer/push/"
    private let session: Session
    init(_ session: Session) { self.session = session }

    func run() throws(TransportError) {
        let repository = try session.openRepository()
        defer { git_repository_free(repository) }
        let updates = try session.request.all("update").map(Update.parse)
        guard !updates.isEmpty else { throw TransportError(.request, "the field 'update' is missing") }
        if try session.request.required("url").hasPrefix("/") {
            return try LocalPush(session, from: repository).run(updates)
        }
        removeOrphans(in: repository)
        var temporary: [String] = []
        defer { for name in temporary { git_reference_remove(repository, name) } }
        var refspecs: [String] = []
        for (index, update) in updates.enumerated() {
            var source = update.source
            if source.count == 40, !source.contains("/") {
                source = "\(Self.prefix)\(getpid())-\(index)"
                try makeReference(source, to: update.source, in: repository)
                temporary.append(source)
            }
            if let expected = update.expected { session.expectations[update.destination] = .some(expected.id) }
            refspecs.append("\(update.isForced ? "+" : "")\(source):\(update.destination)")
        }
        let remote = try session.makeRemote(repository: repository)
        defer { git_remote_free(remote) }
        var options = git_push_options()
        git_push_options_init(&options, UInt32(GIT_PUSH_OPTIONS_VERSION))
        options.callbacks = session.callbacks()
        options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        options.proxy_opts.type = GIT_PROXY_NONE
        try session.call { LibGit2.withStrings(refspecs) { git_remote_push(remote, $0, &options) } }
        session.finish([])
    }

    private func makeReference(_ name: String, to text: String, in repository: OpaquePointer?) throws(TransportError) {
        var id = git_oid()
        try LibGit2.call { git_oid_fromstr(&id, text) }
        var reference: OpaquePointer?
        try LibGit2.call { git_reference_create(&reference, repository, name, &id, 1, "push by the deployer") }
        git_reference_free(reference)
    }

    /// Removes what pushes that were killed left: references named by a process that is no more.
    private func removeOrphans(in repository: OpaquePointer?) {
        var iterator: OpaquePointer?
        guard git_reference_iterator_glob_new(&iterator, repository, "\(Self.prefix)*") == 0 else { return }
        defer { git_reference_iterator_free(iterator) }
        var name: UnsafePointer<CChar>?
        var orphans: [String] = []
        while git_reference_next_name(&name, iterator) == 0, let found = name.map({ String(cString: $0) }) {
            let owner = found.dropFirst(Self.prefix.count).prefix { $0 != "-" }
            if let owner = pid_t(owner), kill(owner, 0) != 0, errno == ESRCH { orphans.append(found) }
        }
        for name in orphans { git_reference_remove(repository, name) }
    }

    struct Update {
        var source: String
        var destination: String
        var isForced: Bool
        /// nil when anything will do; its `id` is nil when the reference must not exist.
        var expected: (id: String?, Void)?

        static func parse(_ text: String) throws(TransportError) -> Update { try Update(text) }

        private init(_ text: String) throws(TransportError) {
            let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 4, !words[0].isEmpty, words[1].hasPrefix("refs/"),
                ["forced", "plain"].contains(words[2])
            else { throw TransportError(.request, "the update '\(text)' is malformed") }
            source = words[0] == "-" ? "" : words[0]
            destination = words[1]
            isForced = words[2] == "forced"
            switch words[3] {
            case "any": expected = nil
            case "absent": expected = (nil, ())
            default: expected = (words[3], ())
            }
        }
    }
}
