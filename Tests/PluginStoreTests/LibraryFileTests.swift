import Foundation
import TestSupport
import Testing

@testable import PluginStore

/// Needs the system's C compiler, as the mock plugins do.
@Suite struct LibraryFileTests {
    static func library(_ flags: [String] = []) async throws -> [UInt8] {
        try await ScratchDirectory.with { folder in
            try await MockPlugins.compile(MockPlugins.example, to: "\(folder)/x.so", flags)
            return Array(try Data(contentsOf: URL(filePath: "\(folder)/x.so")))
        }
    }

    @Test func exportsAndNeedsOfALibraryAreRead() async throws {
        let library = try #require(LibraryFile(try await Self.library(["-Wl,--no-as-needed", "-lm"])))
        #expect(library.isPlugin && library.exports == [LibraryFile.entry])
        #expect(library.needed.contains("libc.so.6") && library.needed.contains("libm.so.6"))
    }

    @Test func aLibraryWithoutTheEntryIsNoPlugin() async throws {
        try await ScratchDirectory.with { folder in
            try Data("int helper(void) { return 1; }\n".utf8).write(to: URL(filePath: "\(folder)/x.c"))
            try await MockPlugins.compile("\(folder)/x.c", to: "\(folder)/x.so")
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/x.so")))
            let library = try #require(LibraryFile(bytes))
            #expect(!library.isPlugin)
        }
    }

    /// A stranger's file: whatever is in it, reading it ends, with an answer or without one.
    @Test func brokenFilesAreReadWithoutHarm() async throws {
        let whole = try await Self.library()
        for length in stride(from: 0, to: whole.count, by: 97) { _ = LibraryFile(Array(whole.prefix(length))) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var broken = whole
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                broken[Int.random(in: 0..<broken.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            // The header and the section table decide over everything else.
            broken[Int.random(in: 0..<64, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            _ = LibraryFile(broken)
        }
        #expect(LibraryFile([]) == nil && LibraryFile(Array("!<arch>\n".utf8)) == nil)
    }
}
