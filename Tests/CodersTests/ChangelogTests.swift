import Testing

@testable import Coders

/// One line is added, and nothing else in the file is another one.
@Suite struct ChangelogTests {
    static let usual = """
        # Changelog

        All notable changes.

        ## [Unreleased]

        ### Added

        - A health check.

        ### Fixed

        - An old mistake.

        ## [1.0.0] - 2026-01-01

        ### Fixed

        - Another one.

        [unreleased]: https://example.org/compare/v1.0.0...HEAD
        [1.0.0]: https://example.org/releases/v1.0.0

        """

    static func added(_ text: String, _ section: ChangelogEntry.Section = .fixed, to file: String?) throws -> String {
        try #require(ChangelogEntry(text, section: section)).added(to: file)
    }

    @Test func theEntryGoesToTheEndOfItsSection() throws {
        let file = try Self.added("The port is fixed.", to: Self.usual)
        #expect(file == Self.usual.replacing("- An old mistake.\n", with: "- An old mistake.\n- The port is fixed.\n"))
        #expect(try Self.added("The port is fixed.", to: file) == file)
    }

    @Test func aSectionIsMadeAtItsPlace() throws {
        #expect(
            try Self.added("X", .changed, to: Self.usual)
                == Self.usual.replacing("### Fixed\n\n- An old", with: "### Changed\n\n- X\n\n### Fixed\n\n- An old"))
        #expect(
            try Self.added("X", .security, to: Self.usual)
                == Self.usual.replacing("- An old mistake.\n", with: "- An old mistake.\n\n### Security\n\n- X\n"))
    }

    @Test func whatIsUnreleasedIsMadeAboveTheReleases() throws {
        let file = "# Changelog\n\n## 1.0.0\n\n- First.\n"
        #expect(
            try Self.added("X", to: file)
                == "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- X\n\n## 1.0.0\n\n- First.\n")
        #expect(
            try Self.added("X", to: "# Changelog\n") == "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- X\n")
    }

    @Test(arguments: [nil, "", "\n\n"]) func aNewFileIsWhole(file: String?) throws {
        #expect(try Self.added("X", to: file) == "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- X\n")
    }

    @Test func anEmptyUnreleasedIsFilled() throws {
        #expect(
            try Self.added("X", to: "# C\n\n## Unreleased\n\n## 1.0\n")
                == "# C\n\n## Unreleased\n\n### Fixed\n\n- X\n\n## 1.0\n")
        #expect(
            try Self.added("X", to: "## [Unreleased]\n### Fixed\n\n## 1.0\n")
                == "## [Unreleased]\n### Fixed\n\n- X\n\n## 1.0\n")
    }

    @Test func lineEndsStay() throws {
        let file = Self.usual.replacing("\n", with: "\r\n")
        let expected = Self.usual.replacing("- An old mistake.\n", with: "- An old mistake.\n- X\n")
        #expect(try Self.added("X", to: file) == expected.replacing("\n", with: "\r\n"))
        // A file that mixes them keeps its mixture.
        let mixed = "# C\r\n\n## Unreleased\r\n### Fixed\n- a\n"
        #expect(try Self.added("X", to: mixed) == "# C\r\n\n## Unreleased\r\n### Fixed\n- a\n- X\r\n")
    }

    @Test func headingsInCodeAndCommentsAreNone() throws {
        let file = """
            # C
            <!--
            ## [Unreleased]
            -->
            ```
            ## [Unreleased]
            ### Fixed
            ```
            ## [Unreleased]

            ### Fixed
            - a

            """
        #expect(try Self.added("X", to: file) == file + "- X\n")
    }

    @Test func entriesAreOneLine() throws {
        #expect(ChangelogEntry.line("- ## The\nport\u{200B} is `8080`") == "The port is `8080`")
        #expect(ChangelogEntry(" \n#") == nil)
        #expect(try Self.added("X\n## [2.0.0]", to: nil).contains("- X ## [2.0.0]\n"))
    }

    /// Whatever the file, taking the new lines out again gives it back.
    @Test(arguments: 0..<200) func nothingElseIsTouched(seed: Int) throws {
        var state = UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pieces = [
            "# C", "## [Unreleased]", "## 1.0", "### Fixed", "### Added", "### Security", "- a", "", "", "```", "<!--",
            "-->",
            "[x]: y", "text",
        ]
        let end = random(3) == 0 ? "\r\n" : "\n"
        let lines = (0..<random(25)).map { _ in pieces[random(pieces.count)] }
        let file = lines.isEmpty ? "" : lines.joined(separator: end) + end
        let result = try Self.added("New entry", ChangelogEntry.Section.allCases[random(6)], to: file)
        guard !file.allSatisfy(\.isWhitespace) else {
            #expect(result.hasPrefix("# Changelog\n\n## [Unreleased]\n\n### ") && result.hasSuffix("\n\n- New entry\n"))
            return
        }
        var rest = file.split(separator: end, omittingEmptySubsequences: false)[...]
        var extra: [Substring] = []
        for line in result.split(separator: end, omittingEmptySubsequences: false) {
            if line == rest.first { rest.removeFirst() } else { extra.append(line) }
        }
        let gone = rest.filter { !$0.isEmpty }
        #expect(gone.isEmpty, "\(gone) is gone")
        let entries = extra.count { $0 == "- New entry" }
        #expect(entries == 1 && extra.count <= 7, "\(extra) of \(file)")
    }
}
