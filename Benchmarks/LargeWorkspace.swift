import Model
import TestSupport

/// A bare repository with 1,000 services of 100 files each, then commits that change one file each.
struct LargeWorkspace: Sendable {
    static let services = 1000
    static let filesOfEach = 100

    let path: String
    /// The first commit, then one for each change.
    let revisions: [Revision]

    static func name(_ number: Int) -> String { "service-\(1000 + number)" }

    /// Which service the commit with this index changes.
    static func changed(in commit: Int) -> Int { commit * 37 % services }

    /// - Parameters:
    ///   - changes: commits after the first one.
    ///   - extra: files beside the services.
    static func make(in folder: String, changes: Int, extra: [String: String] = [:]) throws -> LargeWorkspace {
        let path = "\(folder)/large.git"
        try PeerCommand.git("init", "--quiet", "--bare", path)
        var stream = Stream()
        stream.commit("Begin", on: nil)
        for (file, text) in extra { stream.file(file, text) }
        stream.file("shared/limits.json", "{}\n")
        stream.file("shared/api/schema.json", "{\"version\": 1}\n")
        for number in 0..<services {
            let root = "repos/\(name(number))"
            stream.file("\(root)/install-files", "#!/bin/sh\nexit 0\n")
            for index in 1..<filesOfEach {
                stream.file("\(root)/\(source(index))", "let value\(number)_\(index) = \(number * index)\n")
            }
        }
        for change in 1...max(changes, 1) where change <= changes {
            let number = changed(in: change)
            stream.commit("Change \(change)", on: change)
            stream.file("repos/\(name(number))/\(source(1 + change % (filesOfEach - 1)))", "let changed = \(change)\n")
        }
        let input = "\(folder)/large.stream"
        try stream.write(to: input)
        let result = try PeerCommand.run(
            ["git", "fast-import", "--quiet", "--force"], in: path, inputFile: input, isQuiet: false)
        guard result.status == 0 else { throw BenchError("git fast-import failed: \(result.text)") }
        let log = try PeerCommand.git("rev-list", "--reverse", "main", in: path)
        let revisions = log.split(separator: "\n").compactMap { Revision($0) }
        guard revisions.count == changes + 1 else { throw BenchError("\(revisions.count) commits were made") }
        return LargeWorkspace(path: path, revisions: revisions)
    }

    /// Ten folders with ten files each.
    private static func source(_ index: Int) -> String { "Sources/Module\(index / 10)/File\(index % 10).swift" }

    /// Entries of `deployer.yaml` for all services.
    static func configuration(stages: String) -> String {
        var text = "services:\n"
        for number in 0..<services {
            let name = name(number)
            text += "  \(name):\n    path: repos/\(name)\n    kind: files\n    stages: \(stages)\n"
            text += "    inputs: [shared/**/*.json]\n"
            // Chains of ten: what a workspace of this size looks like.
            if number % 10 != 0 { text += "    depends_on: [\(Self.name(number - number % 10))]\n" }
        }
        return text
    }

    /// git-fast-import(1).
    private struct Stream {
        private var text = ""
        private var commits = 0

        mutating func commit(_ message: String, on previous: Int?) {
            commits += 1
            text += "commit refs/heads/main\nmark :\(commits)\n"
            text += "committer Peer <peer@example.invalid> \(1_800_000_000 + commits) +0000\n"
            text += "data \(message.utf8.count)\n\(message)\n"
            if previous != nil { text += "from :\(commits - 1)\n" }
        }

        mutating func file(_ path: String, _ content: String) {
            text += "M 100644 inline \(path)\ndata \(content.utf8.count)\n\(content)\n"
        }

        func write(to path: String) throws { try TextFile.write(text, to: path) }
    }
}
