import Diagnostics
import Foundation
import TestSupport
import Testing

/// This program links the whole of Foundation, whose file attributes are of other types than those of its essentials.
@Suite struct CrashReportFileTests {
    @Test func reportsOfAFolderAreReadOldestFirst() async throws {
        let fixture = Fixture.named("index-out-of-range")
        try await ScratchDirectory.with { folder in
            for name in ["b.json", "a.json"] {
                try Data(fixture.bytes("backtrace.json")).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            try Data("{".utf8).write(to: URL(fileURLWithPath: "\(folder)/damaged.json"))
            try Data(fixture.bytes("backtrace.json")).write(to: URL(fileURLWithPath: "\(folder)/other.txt"))
            let reports = CrashReport.load(directory: folder, paths: fixture.paths)
            #expect(reports.count == 2)
            #expect(reports.allSatisfy { !$0.frames.isEmpty })
        }
    }
}
