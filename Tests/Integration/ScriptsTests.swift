import Foundation
import TestSupport
import Testing

/// What `make test` says at its end, of runs as `swift test` prints them.
@Suite struct ScriptsTests {
    private static func run(_ outputs: [String: String]) async throws -> HostProcess.Finished {
        try await ScratchDirectory.with { folder in
            let files = FileManager.default
            for name in ["Scripts", "bin", "runs"] {
                try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            try files.copyItem(
                atPath: HostProcess.root.path + "/Scripts/run-tests", toPath: "\(folder)/Scripts/run-tests")
            for (name, text) in outputs {
                try text.write(toFile: "\(folder)/runs/\(name)", atomically: true, encoding: .utf8)
            }
            // Prints what is prepared for the target, or for its repetition.
            let swift = """
                #!/bin/sh
                for last; do :; done
                target=$(echo "$last" | sed 's/^[^A-Z]*\\([A-Z|]*\\).*/\\1/' | tr '|' '+')
                case "$*" in *--no-parallel*) target=$target-again ;; esac
                cat "runs/$target"
                ! grep -q ' failed after \\|crashed' "runs/$target"

                """
            try swift.write(toFile: "\(folder)/bin/swift", atomically: true, encoding: .utf8)
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/bin/swift")
            var environment = try HostProcess.environment(scratch: folder)
            environment["PATH"] = "\(folder)/bin:" + (environment["PATH"] ?? "")
            let targets = Set(outputs.keys.map { $0.replacing("-again", with: "").replacing("+", with: "|") }).sorted()
            return try await HostProcess.run(
                ["\(folder)/Scripts/run-tests"] + targets, in: folder, environment: environment, program: "/bin/bash")
        }
    }

    private static let well = """
        ✔ Test one() passed after 0.1 seconds.
        ➜ Test two() skipped: "no systemd here"
        ✔ Test "run with care" with 2 test cases passed after 0.1 seconds.
        ✔ Test run with 3 tests in 1 suite passed after 0.1 seconds.

        """
    private static let ill = """
        \t Executed 0 tests, with 0 failures (0 unexpected) in 0.0 (0.0) seconds
        ✔ Test one() passed after 0.1 seconds.
        ✘ Test two() recorded an issue at A.swift:1:2: Expectation failed
        ✘ Test two() failed after 0.1 seconds with 1 issue.
        ✘ Suite ATests failed after 0.1 seconds with 1 issue.
        ✘ Test run with 2 tests in 1 suite failed after 0.1 seconds with 1 issue.

        """
    /// Of the one test that failed.
    private static let mended = """
        ✔ Test two() passed after 0.1 seconds.
        ✔ Test run with 1 test in 1 suite passed after 0.1 seconds.

        """
    private static let stillIll = """
        ✘ Test two() failed after 0.1 seconds with 1 issue.
        ✘ Test run with 1 test in 1 suite failed after 0.1 seconds with 1 issue.

        """
    private static let crashed = "✔ Test one() passed after 0.1 seconds.\nerror: the process crashed\n"

    private static func lastLine(_ result: HostProcess.Finished) -> String? {
        result.output.split(separator: "\n").last.map(String.init)
    }

    @Test func theLastLineIsTheSum() async throws {
        let well = try await Self.run(["A": Self.well, "B": Self.well])
        #expect(well.status == 0 && Self.lastLine(well) == "4 passed, 0 failed", "\(well.text)")
    }

    /// `A|B` is one run of both.
    @Test func targetsThatWaitRunTogether() async throws {
        let again = try await Self.run(["A+B": Self.ill, "A+B-again": Self.mended, "C": Self.well])
        #expect(again.output.hasPrefix("== A, B\n"), "\(again.text)")
        #expect(again.output.contains("== A, B failed; once more, one test at a time: two\n"), "\(again.text)")
        #expect(again.status == 0 && Self.lastLine(again) == "4 passed, 0 failed", "\(again.text)")
    }

    /// Of two targets, of which each has a test `two`; the repetition runs both, though one had passed.
    @Test func aNameThatTwoTargetsHaveIsCountedOnce() async throws {
        let once =
            "✔ Test two() passed after 0.1 seconds.\n" + Self.mended.replacing("1 test in 1", with: "2 tests in 2")
        let again = try await Self.run(["A+B": Self.ill, "A+B-again": once])
        #expect(again.status == 0 && Self.lastLine(again) == "2 passed, 0 failed", "\(again.text)")
        let twice = Self.ill + "✘ Test two() failed after 0.1 seconds with 1 issue.\n"
        let both = try await Self.run([
            "A+B": twice.replacing("with 2 tests in 1 suite failed", with: "with 3 tests in 2 suites failed"),
            "A+B-again": once,
        ])
        #expect(both.output.contains("one test at a time: two\n"), "\(both.text)")
        #expect(both.status == 0 && Self.lastLine(both) == "3 passed, 0 failed", "\(both.text)")
    }

    @Test func whatPassedAtItsRepetitionPassed() async throws {
        let again = try await Self.run(["A": Self.ill, "A-again": Self.mended, "B": Self.well])
        #expect(again.output.contains("== A failed; once more, one test at a time: two\n"), "\(again.text)")
        #expect(again.status == 0 && Self.lastLine(again) == "4 passed, 0 failed", "\(again.text)")
    }

    @Test func whatFailedTwiceIsCounted() async throws {
        let ill = try await Self.run([
            "A": Self.ill, "A-again": Self.stillIll, "B": Self.crashed, "B-again": Self.crashed,
        ])
        #expect(ill.status == 1 && Self.lastLine(ill) == "2 passed, 2 failed", "\(ill.text)")
        #expect(ill.errors.contains("failed twice: A B"), "\(ill.text)")
    }
}
