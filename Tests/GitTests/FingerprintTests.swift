import Model
import TestSupport
import Testing

@testable import Git

@Suite struct FingerprintTests {
    @Test func namesSubtreesAndDigests() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let first = try fixture.commitRevision(
                ["repos/a/x": "1", "repos/b/x": "1", "shared/s.proto": "1", "shared/readme": "1"], to: path)
            let repository = try await GitRepository.open(path)
            let sources = [
                FingerprintSource(path: "repos/a", inputs: ["shared/*.proto"]),
                FingerprintSource(path: "repos/b", inputs: ["none/**"]),
                FingerprintSource(path: "repos/gone"),
                FingerprintSource(path: "repos/a/x"),
                FingerprintSource(path: ""),
            ]
            let before = try await repository.fingerprints(of: sources, at: first)
            #expect(before[0]?.tree == (try await repository.entry(at: "repos/a", in: first)?.id))
            #expect(before[1]?.inputs == ["none/**": Fingerprinter.emptyTree])
            #expect(before[2] == nil)
            #expect(before[3] == nil, "a file is no service folder")
            #expect(before[4]?.tree == (try await repository.tree(of: first)))

            let readme = try fixture.commitRevision(["shared/readme": "2"], to: path)
            let unmoved = try await repository.fingerprints(of: sources, at: readme)
            #expect(unmoved[0] == before[0] && unmoved[1] == before[1])
            #expect(unmoved[4] != before[4])

            let proto = try fixture.commitRevision(["shared/s.proto": "2"], to: path)
            let moved = try await repository.fingerprints(of: sources, at: proto)
            #expect(moved[0]?.tree == before[0]?.tree)
            #expect(moved[0]?.inputs != before[0]?.inputs)
            #expect(moved[1] == before[1])
        }
    }

    @Test func aModeChangeCounts() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let plain = try fixture.commitRevision(["a": "x", "s/x": "x"], to: path)
            let executable = try fixture.commitRevision(["a": "x"], to: path, modes: ["a": 0o100755])
            let repository = try await GitRepository.open(path)
            let sources = [FingerprintSource(path: "s", inputs: ["a"])]
            let before = try await repository.fingerprints(of: sources, at: plain)
            let after = try await repository.fingerprints(of: sources, at: executable)
            #expect(before != after)
        }
    }

    /// The digest of a glob is what git calls the tree of just the files that match.
    @Test func digestsEqualTheNaivelyReducedTree() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let repository = try await GitRepository.open(path)
            var random = SeededGenerator(seed: 42)
            let names = ["a", "b", "ab", "c", "x"]
            let patterns = [
                "**", "**/a", "a/**", "a/*", "*/b", "**/a/**", "a/b", "[ab]*", "**/x/*", "*", "x/**/c", "b/**/*a*",
                "ab/",
            ]
            var files: [String: String?] = [:]
            for round in 0..<30 {
                var change: [String: String?] = [:]
                for _ in 0..<8 {
                    let parts = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                        names.randomElement(using: &random)!
                    }
                    let file = parts.joined(separator: "/") + (Bool.random(using: &random) ? "" : "/f")
                    let known = files[file] ?? nil
                    // No file where a folder is and no folder where a file is.
                    let clashes = files.contains { key, value in
                        value != nil && key != file && (key.hasPrefix(file + "/") || file.hasPrefix(key + "/"))
                    }
                    if clashes { continue }
                    change[file] =
                        known != nil && Bool.random(using: &random) ? .some(nil) : "\(round)-\(random.next())"
                    files[file] = change[file]
                }
                if change.isEmpty { continue }
                let revision = try fixture.commitRevision(change, to: path)
                let answers = try await repository.fingerprints(
                    of: [FingerprintSource(path: "", inputs: patterns)], at: revision)
                let answer = try #require(answers[0])
                for pattern in patterns {
                    let expected = try await naiveDigest(pattern, at: revision, in: repository)
                    #expect(answer.inputs[pattern] == expected, "\(pattern) in round \(round)")
                }
            }
        }
    }

    private func naiveDigest(_ pattern: String, at revision: Revision, in repository: GitRepository) async throws
        -> String
    {
        let folder = try Glob(pattern).folder
        var edits: [TreeEdit] = []
        for file in try await repository.files(under: "", in: revision)
        where NaiveGlob.matches(
            Self.segments(pattern), file.path.split(separator: "/").map(String.init))
        {
            let inside = folder.isEmpty ? file.path : String(file.path.dropFirst(folder.count + 1))
            edits.append(.place(path: inside, id: file.id, mode: file.mode))
        }
        return try await repository.edit(tree: nil, edits).hex
    }

    private static func segments(_ pattern: String) -> [String] {
        let parts = pattern.split(separator: "/").map(String.init)
        return pattern.hasSuffix("/") ? parts + ["**"] : parts
    }

    @Test func costsWhatHasChanged() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            var files: [String: String?] = [:]
            for service in 0..<50 {
                for file in 0..<10 { files["repos/s\(service)/d\(file)/f"] = "\(service) \(file)" }
            }
            let first = try fixture.commitRevision(files, to: path)
            let second = try fixture.commitRevision(["repos/s7/d3/f": "changed"], to: path)
            let session = try GitSession(opening: path)
            let fingerprinter = Fingerprinter()
            let sources = (0..<50).map { FingerprintSource(path: "repos/s\($0)", inputs: ["**/f"]) }
            let before = try fingerprinter.fingerprints(of: sources, root: try session.tree(of: first), in: session)
            let cold = fingerprinter.treesRead
            #expect(cold >= 552)
            let after = try fingerprinter.fingerprints(of: sources, root: try session.tree(of: second), in: session)
            // The root, `repos`, the service and its folder.
            #expect(fingerprinter.treesRead - cold == 4)
            #expect((0..<50).filter { before[$0]?.tree != after[$0]?.tree } == [7])
            _ = try fingerprinter.fingerprints(of: sources, root: try session.tree(of: second), in: session)
            #expect(fingerprinter.treesRead - cold == 4)
        }
    }

    @Test func forgettingChangesNoAnswer() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            var files: [String: String?] = [:]
            for index in 0..<200 { files["d\(index)/e/f"] = "\(index)" }
            let revision = try fixture.commitRevision(files, to: path)
            let session = try GitSession(opening: path)
            let root = try session.tree(of: revision)
            let sources = [FingerprintSource(path: "", inputs: ["**/f", "d1*/**/f", "*/e/*"])]
            let large = try Fingerprinter().fingerprints(of: sources, root: root, in: session)
            let small = try Fingerprinter(cacheCapacity: 8).fingerprints(of: sources, root: root, in: session)
            #expect(large == small)
            var cache = DigestCache(capacity: 100)
            for tree in 0..<10_000 {
                cache.remember(.zero, for: .init(tree: .zero, glob: UInt32(tree), state: 1))
                #expect(cache.count <= 100)
            }
        }
    }

    @Test func aBadGlobIsNamed() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let revision = try fixture.commitRevision(["a": "1"], to: path)
            let repository = try await GitRepository.open(path)
            let failure = try await failure {
                _ = try await repository.fingerprints(
                    of: [FingerprintSource(path: "", inputs: ["good/**", "../bad"])], at: revision)
            }
            #expect(failure.code == .globInvalid)
            #expect(failure.message.contains("../bad"))
        }
    }
}
