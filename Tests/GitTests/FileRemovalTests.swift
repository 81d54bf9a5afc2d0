import Foundation
import TestSupport
import Testing

@testable import Git

@Suite struct FileRemovalTests {
    /// Deeper than a path may be long, than files may be open, and than a stack reaches.
    @Test func aFolderOfAnyDepthIsRemovedWithWhatIsClosedInIt() async throws {
        try await ScratchDirectory.with { folder in
            try FileManager.default.createDirectory(atPath: folder + "/deep/beside", withIntermediateDirectories: true)
            #expect(chmod(folder + "/deep/beside", 0) == 0)
            try Data("x".utf8).write(to: URL(filePath: folder + "/kept"))
            let name = String(repeating: "n", count: 200)
            var descriptor = open(folder + "/deep", O_RDONLY | O_DIRECTORY)
            for _ in 0..<3000 {
                #expect(mkdirat(descriptor, name, 0o700) == 0)
                #expect(symlinkat(folder, descriptor, "link") == 0)
                let next = openat(descriptor, name, O_RDONLY | O_DIRECTORY)
                fchmod(descriptor, 0o500)
                close(descriptor)
                descriptor = next
            }
            close(descriptor)
            try FileRemoval.remove(folder + "/deep")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["kept"])
        }
    }
}
