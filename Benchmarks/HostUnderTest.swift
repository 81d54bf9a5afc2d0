import History
import Model
import Settings
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The real `host run`, as it was built beside this program, on a workspace of its own.
struct HostUnderTest: Sendable {
    let layout: WorkspaceLayout
    private let pid: Int32
    private let output: String

    /// Makes a clone of `origin` into `workspace`, with the example's plugin in `plugins/`.
    /// - Parameter checksOut: false leaves the operator's checkout empty, for one that is large.
    static func prepare(_ workspace: String, cloneOf origin: String, checksOut: Bool = true) async throws {
        try PeerCommand.git(
            "clone", "--quiet", checksOut ? "--single-branch" : "--no-checkout", origin, workspace)
        mkdir("\(workspace)/plugins", 0o755)
        try await MockPlugins.compile(MockPlugins.example, to: "\(workspace)/plugins/files.so", ["-O2"])
        chmod("\(workspace)/plugins/files.so", 0o755)
    }

    /// - Parameters:
    ///   - interval: seconds from one poll to the next.
    ///   - environment: beside the little that it is given anyway.
    static func start(_ workspace: String, interval: Int, environment: [String: String] = [:]) throws -> HostUnderTest {
        let host = BuiltExecutable.path("host")
        guard access(host, X_OK) == 0 else { throw BenchError("'\(host)' is not built") }
        let output = "\(workspace).out"
        let pid = try PeerCommand.start(
            [
                "sh", "-c", "exec \"$@\" > \"$0\" 2>&1", output, host, "run", "--workspace", workspace, "--interval",
                "\(interval)", "--log-format", "json",
            ],
            environment: ["GIT_USER_NAME": "Bench", "GIT_USER_EMAIL": "bench@example.invalid"]
                .merging(environment, uniquingKeysWith: { $1 }))
        return HostUnderTest(layout: WorkspaceLayout(root: workspace), pid: pid, output: output)
    }

    /// SIGTERM, and what else it takes.
    func stop() { PeerCommand.stop(pid) }

    var figures: ProcessFigures { ProcessFigures(pid: pid) }

    /// Waits until so many cycles have ended, and returns the last one.
    /// - Throws: with the daemon's own words, when it ends or does not come so far.
    @discardableResult
    func cycle(_ number: Int64, within limit: Duration = .seconds(120)) async throws -> CycleRecord {
        var history: HistoryStore?
        do {
            let record = try await Wait.until("cycle \(number)", within: limit) { () async throws -> CycleRecord? in
                guard kill(pid, 0) == 0, TextFile.read("/proc/\(pid)/stat")?.contains(") Z ") != true else {
                    throw BenchError("the daemon has ended")
                }
                if history == nil { history = try? await HistoryStore.openReadOnly(at: layout.history) }
                guard let found = try? await history?.cycle(number), found.endedAt != nil else { return nil }
                return found
            }
            await history?.close()
            guard record.outcome == .succeeded else {
                let findings = record.services.flatMap(\.stages).map(\.summary).suffix(3)
                throw BenchError("cycle \(number) \(record.outcome.rawValue): \(findings.joined(separator: "; "))")
            }
            return record
        } catch {
            await history?.close()
            throw BenchError("\(error); it said: \(words)")
        }
    }

    private var words: String {
        (TextFile.read(output) ?? "nothing").split(separator: "\n").suffix(5).joined(separator: " | ")
    }
}

/// An origin with one service of the kind `files`: its deploy is a script that does next to nothing.
struct SmallOrigin: Sendable {
    let path: String
    private let fixture: GitFixture

    init(in folder: String) throws {
        fixture = GitFixture(folder: folder)
        path = try fixture.repository("origin.git", isBare: true)
        let configuration = """
            services:
              site:
                path: repos/site
                kind: files
                stages: [build, deploy]

            """
        try fixture.commit(
            [
                "deployer.yaml": configuration, ".gitignore": ".deployer/\nlogs/\nplugins/\nfeedback/\n",
                "repos/site/install-files": "#!/bin/sh\nmkdir -p \"$2\"\n", "repos/site/index.html": "first\n",
            ], to: path)
    }

    func change(_ number: Int) throws {
        try fixture.commit(
            ["repos/site/index.html": "<p>\(number)</p>\n"], to: path, time: 1_800_000_000 + Int64(number))
    }
}
