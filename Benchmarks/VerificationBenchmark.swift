import Model
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A patch of one line, from the moment that its file lies in `feedback/` to its verdict, in the real daemon with warm
/// caches; beside it `swift build` after the same edit in a checkout of its own.
struct VerificationBenchmark: Benchmark {
    let name = "verification"
    private static let runs = 7
    private static let files = 40

    func run() async throws -> [Row] {
        try await ScratchDirectory.with { folder in
            let fixture = GitFixture(folder: folder)
            let origin = try fixture.repository("origin.git", isBare: true)
            var files = Self.package(under: "repos/api/")
            files["deployer.yaml"] = "services: {api: {path: repos/api, kind: swift, stages: [build]}}\n"
            files[".gitignore"] = ".deployer/\nlogs/\nplugins/\nfeedback/\n"
            try fixture.commit(files, to: origin)
            let workspace = "\(folder)/workspace"
            try await HostUnderTest.prepare(workspace, cloneOf: origin)
            _ = try PeerCommand.run([
                "cp", BuiltExecutable.path("libSwiftBuildPlugin.so"), "\(workspace)/plugins/libSwiftBuildPlugin.so",
            ])
            let host = try HostUnderTest.start(
                workspace, interval: 600,
                environment: Self.variables)
            defer { host.stop() }
            try await host.cycle(1, within: .seconds(600))
            // The first one fills the caches.
            _ = try await Self.verdict(on: 1, workspace)
            let bare = try await Bare(in: "\(folder)/bare")
            var (ours, theirs): ([Double], [Double]) = ([], [])
            for number in 2...(Self.runs + 1) {
                ours.append(try await Self.verdict(on: number, workspace))
                theirs.append(try await bare.build(number))
            }
            var row = Row(
                benchmark: name, what: "a patch of one line, from its file to its verdict, warm", ours: ours.median,
                unit: "ms", peer: "swift build after the same edit", peerValue: theirs.median,
                target: "under 1.2 times",
                note: "\(Self.files) files, built for release; best \(Measure.milliseconds(ours.min() ?? 0)) and "
                    + "\(Measure.milliseconds(theirs.min() ?? 0)); \(Self.runs) runs in turn; a log push is not in it")
            row.isMet = (row.ratio ?? .infinity) < 1.2
            return [row]
        }
    }

    /// What a compiler needs to know of the machine.
    fileprivate static let variables = Dictionary(
        ["PATH", "HOME"].map { (name: String) in (name, getenv(name).map { String(cString: $0) } ?? "") },
        uniquingKeysWith: { $1 })

    /// How long one took.
    private static func verdict(on number: Int, _ workspace: String) async throws -> Double {
        let path = "repos/api/\(edited)"
        let patch =
            "--- a/\(path)\\n+++ b/\(path)\\n@@ -1 +1 @@\\n-\(line(0))\\n+\(line(number))\\n".replacing(
                "\"", with: "\\\"")
        let drop = "\(workspace)/feedback/patch-\(number).json"
        try TextFile.write(
            "{\"id\": \"patch-\(number)\", \"description\": \"Count\", \"patch\": \"\(patch)\"}", to: drop + ".part")
        let verdict = "\(workspace)/feedback/applied/patch-\(number).verdict.json"
        let started = Measure.wallClock
        rename(drop + ".part", drop)
        _ = try await Wait.until("the verdict on patch \(number)", within: .seconds(600)) {
            if access("\(workspace)/feedback/rejected/patch-\(number).verdict.json", F_OK) == 0 {
                throw BenchError("the patch was rejected")
            }
            return access(verdict, F_OK) == 0 ? true : nil
        }
        return Measure.wallClock - started
    }

    /// What a person would do.
    private struct Bare {
        let folder: String

        init(in folder: String) async throws {
            self.folder = folder
            for (path, text) in VerificationBenchmark.package(under: "") {
                let file = "\(folder)/\(path)"
                _ = try PeerCommand.run(["mkdir", "-p", String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])])
                try TextFile.write(text, to: file)
            }
            _ = try await build(1)
        }

        func build(_ number: Int) async throws -> Double {
            try TextFile.write(
                VerificationBenchmark.source(number), to: "\(folder)/\(VerificationBenchmark.edited)")
            return try await Measure.children {
                let result = try PeerCommand.run(
                    ["swift", "build", "--package-path", folder, "-c", "release", "--build-system", "native"],
                    environment: VerificationBenchmark.variables)
                guard result.status == 0 else { throw BenchError("swift build failed: \(result.text)") }
            }.wall
        }
    }

    fileprivate static let edited = "Sources/api/Count.swift"
    private static func line(_ number: Int) -> String { "func count() -> Int { \(number) }" }
    fileprivate static func source(_ number: Int) -> String { line(number) + "\n" }

    /// A package of a service's usual size.
    fileprivate static func package(under folder: String) -> [String: String] {
        var files = [
            "\(folder)Package.swift": """
            // swift-tools-version: 6.0
            import PackageDescription
            let package = Package(name: "api", targets: [.executableTarget(name: "api")])

            """,
            "\(folder)\(edited)": source(0),
            "\(folder)Sources/api/main.swift": "print(count(), (0..<40).map { \"\\($0)\" }.joined())\n",
        ]
        for number in 1...Self.files {
            let functions = (1...25).map { index in
                """
                func work\(number)_\(index)(_ values: [Int]) -> [String: Int] {
                    var found: [String: Int] = [:]
                    for value in values where value % \(index) == 0 { found["\\(value)", default: \(index)] += value }
                    return found.filter { $0.value > \(number) }
                }

                """
            }
            files["\(folder)Sources/api/Work\(number).swift"] = functions.joined()
        }
        return files
    }
}
