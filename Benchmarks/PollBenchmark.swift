import Git
import Model
import Net
import TestSupport

/// A poll that finds nothing new, of 100 repositories over HTTP on loopback; and of one with 20,000 references.
struct PollBenchmark: Benchmark {
    let name = "poll"
    private static let repositories = 100

    func run() async throws -> [Row] {
        try await ScratchDirectory.with { folder in
            try Self.makeRepositories(in: folder)
            let server = try OwnProcess.start([Role.serve.rawValue, folder, "\(folder)/port"])
            defer { PeerCommand.stop(server) }
            let port = try await Wait.until("the server listens") { TextFile.read("\(folder)/port") }
            let base = "http://127.0.0.1:\(port)"
            let transport = HTTPTransport()
            let poller = RefPoller(
                transport: transport, client: RemoteClient(executable: BuiltExecutable.path("GitTransport")))
            let result: Result<[Row], any Error>
            do {
                result = .success([
                    try await Self.hundred(poller, base), try await Self.many(poller, base),
                ])
            } catch {
                result = .failure(error)
            }
            await transport.shutdown()
            return try result.get()
        }
    }

    private static func hundred(_ poller: RefPoller, _ base: String) async throws -> Row {
        let remotes = try (0..<repositories).map { number in
            GitRemote(name: "r\(number)", url: try RemoteURL("\(base)/r\(number).git"))
        }
        func round() async throws {
            for remote in remotes {
                guard case .revision = try await poller.tip(of: "main", at: remote) else {
                    throw BenchError("\(remote) has no main")
                }
            }
        }
        // The first poll of a server asks for its protocol; a daemon does that once.
        try await round()
        var ours: [Cost] = []
        var peers: [Cost] = []
        for _ in 0..<5 {
            ours.append(try await Measure.own { try await round() })
            peers.append(
                try await Measure.children {
                    for number in 0..<repositories {
                        try PeerCommand.git("ls-remote", "\(base)/r\(number).git", "refs/heads/main")
                    }
                })
        }
        let each = Double(repositories)
        var row = Row(
            benchmark: "poll", what: "no-op poll of 100 repositories, CPU per poll", ours: ours.cpu / each,
            unit: "ms", peer: "git ls-remote in a loop", peerValue: peers.cpu / each, target: "at most 1/25",
            note: "whole rounds: \(ours.note); ls-remote: \(peers.note)")
        row.isMet = row.ratio.map { $0 <= 1.0 / 25 }
        return row
    }

    private static func many(_ poller: RefPoller, _ base: String) async throws -> Row {
        func polls(_ repository: String) async throws -> Cost {
            let remote = GitRemote(name: repository, url: try RemoteURL("\(base)/\(repository).git"))
            _ = try await poller.tip(of: "main", at: remote)
            return try await Measure.own {
                for _ in 0..<50 { _ = try await poller.tip(of: "main", at: remote) }
            }
        }
        var two: [Cost] = []
        var many: [Cost] = []
        for _ in 0..<7 {
            two.append(try await polls("two"))
            many.append(try await polls("many"))
        }
        var row = Row(
            benchmark: "poll", what: "poll of a remote with 20,000 refs, CPU", ours: many.cpu / 50, unit: "ms",
            peer: "the same with 2 refs", peerValue: two.cpu / 50, target: "at most 2 times",
            note: "50 polls each: \(many.note)")
        row.isMet = row.ratio.map { $0 <= 2 }
        return row
    }

    private static func makeRepositories(in folder: String) throws {
        let fixture = GitFixture(folder: folder)
        for number in 0..<repositories {
            let path = try fixture.repository("r\(number).git", isBare: true)
            try fixture.commit(["README.md": "Repository \(number)\n"], to: path)
        }
        let two = try fixture.repository("two.git", isBare: true)
        let tip = try fixture.commit(["README.md": "Two\n"], to: two)
        try packReferences(of: two, pointing: tip, count: 1)
        let many = try fixture.repository("many.git", isBare: true)
        try packReferences(of: many, pointing: try fixture.commit(["README.md": "Many\n"], to: many), count: 19_999)
    }

    private static func packReferences(of repository: String, pointing tip: String, count: Int) throws {
        var text = "# pack-refs with: peeled fully-peeled sorted \n"
        for number in 100_000..<(100_000 + count) { text += "\(tip) refs/heads/topic-\(number)\n" }
        try TextFile.write(text, to: "\(repository)/packed-refs")
    }
}
