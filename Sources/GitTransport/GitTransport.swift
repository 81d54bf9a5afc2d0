#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One network operation of git per process, so that whoever started it can end it by killing it: libgit2 1.5 waits without
/// limit for a silent server. Secrets come on standard input only, never in arguments or the environment.
///
/// Request, on standard input (`Request`): the line `git-transport 1`, then fields, then the line `end`. A field is the line
/// `<key> <number of bytes>`, the bytes and a line feed. Keys, those marked * repeatable:
///
/// | key | meaning |
/// |---|---|
/// | `operation` | `list`, `fetch`, `clone` or `push` |
/// | `url`, `host`, `port` | the remote; host and port only for ssh, where they are looked up in known_hosts |
/// | `username`, `password` | for http basic authentication; a token is a password |
/// | `key`, `passphrase` | private key file for ssh |
/// | `known-hosts`* | files; `home` is an empty private folder of this process's own, removed by the caller |
/// | `authority-file` | PEM, trusted in place of the system's authorities |
/// | `repository` | path of the local repository; for `clone` the path to create |
/// | `refspec`*, `prune`, `tags` | for `fetch`; `prune` and `tags` are `1` when wanted |
/// | `bare` | for `clone` |
/// | `update`* | for `push`: `<source> <destination> <forced\|plain> <expected>`; source a full reference, an object id or `-`; expected `any`, `absent` or an object id |
///
/// Standard input stays open until the caller is done; its end means that the caller is gone, and ends this process.
///
/// Answer, on standard output (`Reply`): lines of words separated by one blank, each word percent-encoded:
///
/// | line | meaning |
/// |---|---|
/// | `progress <objects> <total> <bytes>` | at most ten a second |
/// | `ref <id> <name> [<symbolic target>]` | what the remote advertises |
/// | `update <old id> <new id> <name>` | a local reference that moved |
/// | `answer <destination> [<refusal>]` | the remote's answer to one pushed reference |
/// | `remote <text>` | a line that the remote printed |
/// | `done [<key>=<value>]...` | the end of a success |
/// | `error <kind> <libgit2 code> <libgit2 class> <message>` | the end of a failure; kinds in `TransportError` |
///
/// Exit status: 0 after `done`, 1 after `error`.
///
/// Configuration: no system, global or XDG configuration file is read, and `url.<base>.insteadOf` of the repository is skipped, so
/// that an operator's own git settings cannot redirect the daemon or add helpers. No proxy is used and no redirect followed.
@main
enum GitTransport {
    static func main() {
        let reply = Reply()
        do throws(TransportError) {
            try run(reply)
            exit(0)
        } catch {
            reply.error(error)
            exit(1)
        }
    }

    private static func run(_ reply: Reply) throws(TransportError) {
        let request = try Request(from: Input(descriptor: 0))
        CallerWatch.start()
        let session = Session(request: request, reply: reply)
        try LibGit2.prepare(for: request)
        // What the remote said before it failed is often the only explanation there is.
        defer { session.flushRemoteText() }
        try perform(request, session)
    }

    private static func perform(_ request: Request, _ session: Session) throws(TransportError) {
        switch try request.required("operation") {
        case "list": try ListOperation(session).run()
        case "fetch": try FetchOperation(session).run()
        case "clone": try CloneOperation(session).run()
        case "push": try PushOperation(session).run()
        case let other: throw TransportError(.request, "unknown operation '\(other)'")
        }
    }
}
