import Git
import Model
import TestSupport
import Testing

/// A branch that several machines may write, and that is nobody's work.
@Suite struct LogBranchTests {
    private static let (own, folders) = ("refs/deployer-logs/own", ["cycles", "verdicts"])

    private static func stamp(_ number: Int) -> String { "20261123-1254\(number)" }

    private static func add(_ names: [String], to reference: String, of repository: GitRepository) async throws
        -> Revision
    {
        try await repository.append(
            names.map { LogBranchEntry(name: $0, files: ["build.log": Array("\(reference) \($0)".utf8)]) },
            to: reference, keeping: 4, message: "Logs", author: .test, keepsHistory: false)
    }

    @Test func whatWasNotPushedIsPutOnTopOfWhatAnotherMachineLeft() async throws {
        try await GitFixture.with { fixture in
            let repository = try await GitRepository.open(try fixture.repository("r", isBare: true))
            let known = try await Self.add([Self.stamp(10), Self.stamp(11)], to: Self.own, of: repository)
            try await repository.update("refs/heads/theirs", to: known, expecting: .absent, reason: "same")
            // They have forgotten the first; both have ended a cycle in the same second.
            let theirs = try await Self.add(
                [Self.stamp(12), Self.stamp(13), Self.stamp(14)], to: "refs/heads/theirs", of: repository)
            _ = try await Self.add([Self.stamp(13), Self.stamp(15)], to: Self.own, of: repository)
            let merged = try await repository.adoptLogs(
                theirs, known: known, into: Self.own, folders: Self.folders, keeping: 5, message: "Logs", author: .test)
            #expect(
                try await repository.listing(of: "cycles", in: merged)?.map(\.path).sorted() == [
                    "cycles/\(Self.stamp(12))", "cycles/\(Self.stamp(13))", "cycles/\(Self.stamp(13))+",
                    "cycles/\(Self.stamp(14))", "cycles/\(Self.stamp(15))",
                ])
            let text = try await repository.content(of: "cycles/\(Self.stamp(13))+/build.log", in: merged)
            #expect(text == Array("\(Self.own) \(Self.stamp(13))".utf8))
            #expect(try await repository.revision(of: Self.own) == merged)
            #expect(try await repository.commits(from: merged).count == 1)
        }
    }

    @Test func onlyABranchOfLogsIsTakenForOne() async throws {
        try await GitFixture.with { fixture in
            let repository = try await GitRepository.open(try fixture.repository("r", isBare: true))
            let logs = try await Self.add([Self.stamp(10), Self.stamp(11) + "-2"], to: Self.own, of: repository)
            #expect(try await repository.foreignToLogs(in: logs, folders: Self.folders) == nil)
            for (file, found) in [
                ("README.md", "README.md"), ("cycles", "cycles"), ("cycles/notes/a", "cycles/notes"),
                ("verdicts/20261123-125400", "verdicts/20261123-125400"), ("Sources/main.swift", "Sources"),
                ("cycles/2026-11-23/a", "cycles/2026-11-23"), (nil, "an empty commit"),
            ] as [(String?, String)] {
                let tree = try await repository.edit(
                    tree: nil, file.map { [.write(path: $0, content: Array("x".utf8))] } ?? [])
                let tip = try await repository.commit(
                    CommitDraft(tree: tree, parents: [], message: "Work", author: .test), to: "refs/heads/work",
                    expecting: .anything)
                #expect(try await repository.foreignToLogs(in: tip, folders: Self.folders) == found)
            }
        }
    }
}
