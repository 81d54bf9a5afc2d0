import Model
import TestSupport
import Testing

@testable import Git

@Suite struct TreeEditTests {
    @Test func editsAreAppliedInOrderInMemory() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r")
            let base = try fixture.commitRevision(
                ["a/b/c": "c", "a/d": "d", "run": "x"], to: path, modes: ["run": 0o100755])
            let repository = try await GitRepository.open(path)
            let tree = try await repository.tree(of: base)
            let edited = try await repository.edit(
                tree: tree,
                [
                    .write(path: "a/new/file", content: Array("n".utf8)),
                    .write(path: "run", content: Array("y".utf8)),
                    .delete(path: "a/b"),
                    .move(from: "a/d", to: "moved/d"),
                    .write(path: "tool", content: [], mode: .executable),
                ])
            let changes = try await repository.changedPaths(fromTree: nil, toTree: edited)
            #expect(changes.map(\.path) == ["a/new/file", "moved/d", "run", "tool"])
            #expect(changes.compactMap(\.new?.mode) == [.file, .file, .executable, .executable])
            #expect(try files(below: path).isEmpty, "no file is checked out")
            #expect(try await repository.edit(tree: tree, []) == tree)
        }
    }

    /// Random edits against a dictionary of paths.
    @Test func agreesWithADictionary() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let repository = try await GitRepository.open(path)
            var random = SeededGenerator(seed: 3)
            var tree: ObjectID?
            var expected: [String: String] = [:]
            for _ in 0..<40 {
                var edits: [TreeEdit] = []
                for _ in 0..<5 {
                    let file = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                        ["p", "q", "r"].randomElement(using: &random)!
                    }.joined(separator: "/")
                    let clashes = expected.keys.contains {
                        $0 != file && ($0.hasPrefix(file + "/") || file.hasPrefix($0 + "/"))
                    }
                    if expected[file] != nil, Bool.random(using: &random) {
                        edits.append(.delete(path: file))
                        expected[file] = nil
                    } else if !clashes {
                        let content = "\(random.next())"
                        edits.append(.write(path: file, content: Array(content.utf8)))
                        expected[file] = content
                    }
                }
                let edited = try await repository.edit(tree: tree, edits)
                tree = edited
                var found: [String: String] = [:]
                for change in try await repository.changedPaths(fromTree: nil, toTree: edited) {
                    guard let entry = change.new else { continue }
                    found[entry.path] = String(decoding: try await repository.content(of: entry.id), as: UTF8.self)
                }
                #expect(found == expected)
            }
        }
    }

    @Test(arguments: [
        "/etc/passwd", "../x", "a/../b", ".git/config", "a/.GIT/hooks/x", ".git", "a//b", "", "./a", "git~1/x",
        ".git ./x",
    ])
    func pathsThatLeaveTheTreeAreRefused(path: String) async throws {
        try await GitFixture.with { fixture in
            let repository = try await GitRepository.open(try fixture.repository("r", isBare: true))
            let failure = try await failure {
                _ = try await repository.edit(tree: nil, [.write(path: path, content: [1])])
            }
            #expect(failure.code == .gitUnsafePath)
        }
    }

    @Test func harmlessNamesThatLookLikeGitsAreKept() async throws {
        try await GitFixture.with { fixture in
            let repository = try await GitRepository.open(try fixture.repository("r", isBare: true))
            for path in [".gitignore", ".github/workflows/x.yml", "a/.gitattributes", "..a", "a.."] {
                _ = try await repository.edit(tree: nil, [.write(path: path, content: [1])])
            }
        }
    }

    @Test func whatDoesNotFitIsRefused() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let tree = try await GitRepository.open(path).tree(of: try fixture.commitRevision(["d/f": "x"], to: path))
            let repository = try await GitRepository.open(path)
            let cases: [(TreeEdit, Failure.Code)] = [
                (.delete(path: "none"), .gitNotFound),
                (.delete(path: "d/f/g"), .gitNotFound),
                (.move(from: "none", to: "x"), .gitNotFound),
                (.move(from: "d", to: "d/e"), .gitExists),
                (.write(path: "d", content: []), .gitExists),
                (.write(path: "d/f/g", content: []), .gitExists),
                (.write(path: "x", content: [], mode: .tree), .gitInvalidName),
            ]
            for (edit, code) in cases {
                let failure = try await failure { _ = try await repository.edit(tree: tree, [edit]) }
                #expect(failure.code == code, "\(edit)")
            }
        }
    }

    @Test func aCommitGoesThroughOnlyOnTheTipItWasMadeFor() async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let base = try fixture.commitRevision(["f": "1"], to: path)
            let repository = try await GitRepository.open(path)
            let tree = try await repository.edit(
                tree: try await repository.tree(of: base), [.write(path: "f", content: Array("2".utf8))])
            let author = Signature(
                Identity(name: "A <evil>\n", email: ""), time: Timestamp(seconds: 1_700_000_000), offset: 120)
            let draft = CommitDraft(
                tree: tree, parents: [base], message: "Change f\n\nFeedback-Id: 7\n", author: author, committer: .test)
            let made = try await repository.commit(draft, to: "refs/heads/main", expecting: .revision(base))
            let info = try await repository.commit(made)
            #expect(info.parents == [base])
            #expect(info.summary == "Change f")
            #expect(info.author.identity.name == "A evil")
            #expect(info.author.time == author.time && info.author.offset == 120)
            #expect(info.committer == .test)
            let again = try await failure {
                _ = try await repository.commit(draft, to: "refs/heads/main", expecting: .revision(base))
            }
            #expect(again.code == .gitMoved)
            #expect(try await repository.revision(of: "refs/heads/main") == made)
        }
    }

    @Test(arguments: [true, false])
    func theLogBranchKeepsTheLastCycles(keepsHistory: Bool) async throws {
        try await GitFixture.with { fixture in
            let path = try fixture.repository("r", isBare: true)
            let main = try fixture.commitRevision(["f": "1"], to: path)
            let repository = try await GitRepository.open(path)
            let reference = "refs/heads/deployer/logs"
            var tip = main
            for number in 10..<20 {
                tip = try await repository.append(
                    [LogBranchEntry(name: "\(number)", files: ["build.log": Array("log \(number)".utf8), "r/a": []])],
                    to: reference, keeping: 3,
                    others: [.delete(path: "not-there"), .write(path: "latest", content: Array("\(number)".utf8))],
                    message: "Cycle \(number)", author: .test, keepsHistory: keepsHistory)
            }
            #expect(
                try await repository.files(under: "", in: tip).map(\.path) == [
                    "cycles/17/build.log", "cycles/17/r/a", "cycles/18/build.log", "cycles/18/r/a",
                    "cycles/19/build.log", "cycles/19/r/a", "latest",
                ])
            #expect(try await repository.commits(from: tip).count == (keepsHistory ? 10 : 1))
            #expect(try await repository.relation(of: tip, to: main) == .unrelated)
            // Written again, with fewer files: nothing of the first attempt stays.
            tip = try await repository.append(
                [LogBranchEntry(name: "19", files: ["build.log": Array("again".utf8)])], to: reference, keeping: 3,
                message: "Again", author: .test, keepsHistory: keepsHistory)
            #expect(try await repository.files(under: "cycles/19", in: tip).map(\.path) == ["cycles/19/build.log"])
        }
    }
}
