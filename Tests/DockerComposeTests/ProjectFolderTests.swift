import DockerComposeLogic
import Foundation
import TestSupport
import Testing

/// The folder of a stack from release to release.
struct ProjectFolderTests {
    private struct Place {
        let root: String
        var folder: ProjectFolder { ProjectFolder(path: "\(root)/project", ledger: "\(root)/project.json") }

        func release(_ name: String, _ files: [String: String]) throws -> String {
            for (path, text) in files {
                let url = URL(fileURLWithPath: "\(root)/\(name)/\(path)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: url, atomically: true, encoding: .utf8)
            }
            return "\(root)/\(name)"
        }
        func read(_ path: String) -> String? { try? String(contentsOfFile: "\(root)/project/\(path)", encoding: .utf8) }
        func put(_ path: String, _ text: String) throws { _ = try release("project", [path: text]) }
    }

    @Test func filesFollowTheReleaseAndDataStays() async throws {
        try await ScratchDirectory.with { root in
            let place = Place(root: root)
            let one = try place.release("one", ["conf/a": "1", "conf/b": "1", "gone/c": "1"])
            #expect(try place.folder.take(one, tag: "1").isEmpty)
            try place.put("data/x", "kept")
            let two = try place.release("two", ["conf/a": "2", "conf/b": "1"])
            #expect(try place.folder.take(two, tag: "2").isEmpty)
            #expect(place.read("conf/a") == "2")
            #expect(place.read("gone/c") == nil)
            #expect(!FileManager.default.fileExists(atPath: "\(root)/project/gone"))
            #expect(place.read("data/x") == "kept")
            #expect(try place.folder.take(one, tag: "1").isEmpty)
            #expect(place.read("conf/a") == "1")
            #expect(place.read("gone/c") == "1")
        }
    }

    @Test func whatSomebodyChangedIsLeftOrSetAside() async throws {
        try await ScratchDirectory.with { root in
            let place = Place(root: root)
            let one = try place.release("one", ["a": "1", "b": "1", "c": "1"])
            _ = try place.folder.take(one, tag: "1")
            for name in ["a", "b", "c"] { try place.put(name, "mine") }
            let two = try place.release("two", ["a": "1", "b": "2"])
            let notes = try place.folder.take(two, tag: "2")
            #expect(notes.count == 3, "\(notes)")
            #expect(place.read("a") == "mine")
            #expect(place.read("b") == "2")
            #expect(place.read("b.before-2") == "mine")
            #expect(place.read("c") == "mine")
        }
    }

    /// As a kill leaves it: the ledger of both releases, and half of the files.
    @Test func aCopyThatWasBrokenOffIsNobodysChange() async throws {
        try await ScratchDirectory.with { root in
            let place = Place(root: root)
            let one = try place.release("one", ["a": "1", "b": "1"])
            _ = try place.folder.take(one, tag: "1")
            let two = try place.release("two", ["a": "2", "b/c": "2"])
            // b is a folder with something in it: the copy fails after 'a'.
            try FileManager.default.removeItem(atPath: "\(root)/project/b")
            try "link".write(toFile: "\(root)/elsewhere", atomically: true, encoding: .utf8)
            try FileManager.default.createSymbolicLink(atPath: "\(root)/project/b", withDestinationPath: "/tmp")
            #expect(throws: (any Error).self) { try place.folder.take(two, tag: "2") }
            #expect(place.read("a") == "2")
            try FileManager.default.removeItem(atPath: "\(root)/project/b")
            let three = try place.release("three", ["a": "3"])
            #expect(try place.folder.take(three, tag: "3").isEmpty)
            #expect(place.read("a") == "3")
        }
    }
}
