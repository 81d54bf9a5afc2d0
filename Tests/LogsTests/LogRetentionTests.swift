import Logs
import Model
import TestSupport
import Testing

@Suite struct LogRetentionTests {
    private func file(_ name: String, _ bytes: Int64 = 10, _ modified: Int64 = 0) -> LogRetention.File {
        LogRetention.File(name: name, bytes: bytes, modified: modified)
    }

    @Test func theOldestBuildLogsGoByTheirNames() {
        let files = [
            file("build-20260102-000000.log"), file("build-20260101-000000.log"), file("build-20260101-000000-10.log"),
            file("build-20260101-000000-2.log"), file("latest.log"), file("notes.txt"), file("build-x.txt"),
        ]
        let plan = LogRetention(count: 2, bytes: 1000).plan(files, running: [])
        #expect(plan == ["build-20260101-000000.log", "build-20260101-000000-2.log"])
    }

    @Test func sizeCountsRuntimeLogsAndTakesRotatedOnes() {
        let files = [
            file("build-20260101-000000.log", 100, 5), file("runtime-api.log", 100, 9),
            file("runtime-api.log.1", 100, 3), file("runtime-api.log.2", 100, 1),
        ]
        #expect(
            LogRetention(count: 9, bytes: 250).plan(files, running: []) == ["runtime-api.log.2", "runtime-api.log.1"])
        #expect(
            LogRetention(count: 9, bytes: 0).plan(files, running: []) == [
                "runtime-api.log.2", "runtime-api.log.1", "build-20260101-000000.log",
            ], "a log that is written now stays, whatever its size")
    }

    @Test func theRunningLogStaysAndCounts() {
        let files = (1...4).map { file("build-2026010\($0)-000000.log", 100) }
        let running: Set = ["build-20260101-000000.log"]
        #expect(
            LogRetention(count: 2, bytes: 1000).plan(files, running: running)
                == ["build-20260102-000000.log", "build-20260103-000000.log"])
        #expect(!LogRetention(count: 0, bytes: 0).plan(files, running: running).contains("build-20260101-000000.log"))
    }

    @Test func whateverLiesThereTheRulesHold() {
        for _ in 0..<400 {
            var names = Set<String>()
            for _ in 0..<Int.random(in: 0..<40) {
                let day = Int.random(in: 10...28)
                let number = Int.random(in: 1...12)
                switch Int.random(in: 0..<5) {
                case 0: names.insert("build-202601\(day)-000000.log")
                case 1: names.insert("build-202601\(day)-000000-\(number).log")
                case 2: names.insert("runtime-s\(day).log.\(number)")
                case 3: names.insert("runtime-s\(day).log")
                default:
                    names.insert(
                        ["latest.log", "keep.txt", ".hidden.log", ".hidden.log.1", "x.log.y"].randomElement()!)
                }
            }
            let files = names.map { file($0, .random(in: 0..<1000), .random(in: 0..<50)) }
            let running = Set(names.filter { _ in Int.random(in: 0..<10) == 0 })
            let retention = LogRetention(count: .random(in: 0..<20), bytes: .random(in: 0..<8000))
            let plan = retention.plan(files, running: running)
            let gone = Set(plan)
            let left = files.filter { !gone.contains($0.name) }

            #expect(gone.count == plan.count && gone.isSubset(of: names))
            #expect(gone.isDisjoint(with: running))
            #expect(
                gone.allSatisfy { $0.hasPrefix("build-") || ($0.hasPrefix("runtime-") && !$0.hasSuffix(".log")) })
            let builds = left.filter { $0.name.hasPrefix("build-") && $0.name.hasSuffix(".log") }
            #expect(builds.count <= max(retention.count, builds.count { running.contains($0.name) }))
            let movable = left.filter {
                !running.contains($0.name)
                    && ($0.name.hasPrefix("build-") || ($0.name.hasPrefix("runtime-") && !$0.name.hasSuffix(".log")))
            }
            let total = left.filter { $0.name.hasPrefix("build-") || $0.name.hasPrefix("runtime-") }
                .reduce(0) { $0 + $1.bytes }
            #expect(total <= retention.bytes || movable.isEmpty)
            #expect(retention.plan(left, running: running).isEmpty, "a second run finds nothing to do")
            #expect(retention.plan(files.shuffled(), running: running) == plan, "the order of the folder is no matter")
        }
    }

    @Test func theFolderIsClearedAndLinksAreLeft() async throws {
        try await ScratchDirectory.with { folder in
            var last = ""
            for number in 1...5 {
                let log = try await BuildLog.create(in: folder, at: Timestamp(seconds: Int64(number)))
                log.append(LogLine("x"))
                await log.close()
                last = log.fileName
            }
            let removed = try await LogFolder.apply(
                LogRetention(count: 2, bytes: 1 << 20), in: folder, running: [last])
            #expect(removed.count == 3)
            #expect(
                try Disk.names(folder) == [
                    "build-19700101-000004.log", "build-19700101-000005.log", "latest.log",
                ])
            #expect(
                try await LogFolder.apply(LogRetention(count: 0, bytes: 0), in: "\(folder)/none", running: []) == [])
        }
    }
}
