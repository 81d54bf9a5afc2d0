import Foundation
import Model
import Synchronization
import TestSupport
import Testing

@testable import Repair

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Each signal is waited for before the next act, so that a missing one hangs the test until its limit.
@Suite(.timeLimit(.minutes(1))) struct InboxWatcherTests {
    private func withWatcher(
        _ body: (String, FeedbackInbox, inout AsyncStream<Void>.Iterator) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { folder in
            let inbox = FeedbackInbox(folder: folder + "/feedback") { String($0.count, radix: 16) }
            let watcher = try InboxWatcher(folder: folder + "/feedback") { () throws(Failure) in try inbox.prepare() }
            defer { watcher.stop() }
            var signals = watcher.signals.makeAsyncIterator()
            await signals.next()
            try await body(folder, inbox, &signals)
        }
    }

    private func move(_ name: String, into folder: String) throws {
        try Data("{}".utf8).write(to: URL(filePath: "\(folder)/outside.json"))
        try FileManager.default.moveItem(atPath: folder + "/outside.json", toPath: "\(folder)/feedback/\(name)")
    }

    @Test func itSignalsWhatLiesThereAndWhatArrives() async throws {
        try await withWatcher { folder, _, signals in
            try move("in.json", into: folder)
            await signals.next()
            try Data("{}".utf8).write(to: URL(filePath: folder + "/feedback/written.json"))
            await signals.next()
        }
    }

    /// Some programs publish with link(2): nothing is moved, nothing is closed.
    @Test func itSignalsWhatIsLinked() async throws {
        try await withWatcher { folder, _, signals in
            try Data("{}".utf8).write(to: URL(filePath: folder + "/outside.json"))
            #expect(link(folder + "/outside.json", folder + "/feedback/in.json") == 0)
            await signals.next()
        }
    }

    @Test func aFolderThatIsRemovedIsMadeAndWatchedAgain() async throws {
        try await withWatcher { folder, inbox, signals in
            for _ in 0..<2 {
                try FileManager.default.removeItem(atPath: folder + "/feedback")
                // For the new folder itself, which may hold something already.
                await signals.next()
                try move("in.json", into: folder)
                await signals.next()
                #expect(try inbox.names() == ["in.json"])
            }
        }
    }

    @Test func aFolderThatIsMovedAwayIsMadeAndWatchedAgain() async throws {
        try await withWatcher { folder, inbox, signals in
            try FileManager.default.moveItem(atPath: folder + "/feedback", toPath: folder + "/aside")
            await signals.next()
            try move("in.json", into: folder)
            await signals.next()
            #expect(try inbox.names() == ["in.json"])
        }
    }

    /// Where the folder's name is another thing's, nothing can be watched: each second it is said to be worth a look, and once why.
    @Test func whatCannotBeWatchedAnyMoreIsSaidOnceAndLookedAtEachSecond() async throws {
        try await ScratchDirectory.with { folder in
            let path = folder + "/feedback"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let causes = Mutex<[String]>([])
            let watcher = try InboxWatcher(
                folder: path, prepare: { () throws(Failure) in },
                unwatched: { cause in causes.withLock { $0.append(cause) } }
            )
            defer { watcher.stop() }
            var signals = watcher.signals.makeAsyncIterator()
            await signals.next()
            try FileManager.default.removeItem(atPath: path)
            try Data().write(to: URL(filePath: path))
            for _ in 0..<2 { await signals.next() }
            #expect(causes.withLock { $0.count } == 1, "\(causes.withLock { $0 })")
        }
    }

    @Test func aThreadThatCannotBeHadIsAnErrorAndLeavesNothingOpen() async throws {
        try await ScratchDirectory.with { folder in
            func open() -> Int {
                ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).filter {
                    let target =
                        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) ?? ""
                    return target.contains("inotify")
                }.count
            }
            let before = open()
            for _ in 0..<20 {
                #expect {
                    try InboxWatcher(
                        folder: folder, prepare: { () throws(Failure) in }, unwatched: { _ in },
                        startThread: { _ in EAGAIN })
                } throws: { error in
                    (error as? Failure)?.code.rawValue == "inbox.unwatched"
                }
            }
            #expect(open() < before + 20)
        }
    }
}
