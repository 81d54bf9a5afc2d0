import Diagnostics
import Foundation
import Model
import TestSupport
import Testing

@Suite struct PathMapperTests {
    @Test(arguments: [
        ("/srv/deploy/repos/x/Sources/App/main.swift", "Sources/App/main.swift"),
        ("/srv/deploy/repos/x//Sources/./App/../App/main.swift", "Sources/App/main.swift"),
        ("/srv/deploy/repos/xy/main.swift", "/srv/deploy/repos/xy/main.swift"),
        ("/srv/deploy/repos/x/../y/main.swift", "/srv/deploy/repos/y/main.swift"),
        ("/usr/include/stdio.h", "/usr/include/stdio.h"),
        ("./Sources/main.swift", "Sources/main.swift"),
        ("../other/main.swift", "../other/main.swift"),
        ("/", "/"), ("", ""),
    ]) func pathsInsideBecomeRelativeAndOthersStay(_ path: String, _ expected: String) {
        #expect(PathMapper(sourceDirectory: "/srv/deploy/repos/x/").map(path) == expected)
    }

    @Test func symbolicLinksAreResolvedBothWays() async throws {
        try await ScratchDirectory.with { folder in
            let files = FileManager.default
            try files.createDirectory(atPath: folder + "/real/Sources", withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/real/Sources/a.swift"))
            try files.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/real")
            for (given, printed) in [("/link", "/real"), ("/real", "/link"), ("/link", "/link"), ("/real", "/real")] {
                let paths = PathMapper(sourceDirectory: folder + given)
                #expect(paths.map(folder + printed + "/Sources/a.swift") == "Sources/a.swift", "\(given) \(printed)")
            }
            #expect(PathMapper(sourceDirectory: folder + "/link").map(folder + "/other/a.swift").hasPrefix("/"))
        }
    }

    @Test func absoluteUndoesMap() {
        let paths = PathMapper(sourceDirectory: "/srv/deploy/repos/x")
        for path in ["/srv/deploy/repos/x/a/b.swift", "/usr/include/stdio.h"] {
            #expect(paths.absolute(paths.map(path)) == path)
        }
    }

    @Test func whatTheRuntimeNamesIsFoundInThePackage() async throws {
        try await ScratchDirectory.with { folder in
            let files = FileManager.default
            try files.createDirectory(atPath: folder + "/Tests/AppTests", withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/Tests/AppTests/AppTests.swift"))
            let paths = PathMapper(sourceDirectory: folder)
            #expect(
                paths.locate(fileID: "AppTests/AppTests.swift", line: 5)?.description
                    == "Tests/AppTests/AppTests.swift:5")
            #expect(paths.locate(fileID: "Swift/Array.swift", line: 5) == nil)
            #expect(paths.locate(fileID: "../../../../../etc/passwd", line: 1) == nil)

            var parser = SwiftOutputParser(paths: paths)
            _ = parser.consume(line: "AppTests/AppTests.swift:5: Fatal error: no", from: .stderr)
            #expect(parser.finish().first?.location?.description == "Tests/AppTests/AppTests.swift:5")
        }
    }

    @Test func onlyFilesOfTheServiceAreItsOwn() {
        let paths = PathMapper(sourceDirectory: "/srv/deploy/repos/x")
        #expect(paths.isOwn("Sources/a.swift"))
        #expect(!paths.isOwn(".build/checkouts/Lib/a.swift"))
        #expect(!paths.isOwn("/usr/include/stdio.h"))
        #expect(!paths.isOwn("../y/a.swift"))
    }
}
