import Logs
import Model
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct BuildLogTests {
    let api = ServiceName("api")
    let web = ServiceName("web")
    let time = Timestamp(microseconds: 1_795_438_440_125_999)

    private func text(_ path: String) throws -> String { String(decoding: try Disk.read(path), as: UTF8.self) }
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func logsOfOneSecondDoNotCollide() async throws {
        try await ScratchDirectory.with { folder in
            let logs = "\(folder)/logs"
            let names = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        let log = try await BuildLog.create(in: logs, at: time)
                        log.append(LogLine("\(number)", time: time))
                        await log.close()
                        return log.fileName
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            let expected = ["build-20261123-125400.log"] + (2...12).map { "build-20261123-125400-\($0).log" }
            #expect(names == Set(expected))
            let texts = Set(try expected.map { try text("\(logs)/\($0)") })
            #expect(texts == Set((0..<12).map { "12:54:00.125 - | \($0)\n" }), "each its own, none overwritten")
            #expect(Set(try Disk.names(logs)) == Set(expected + ["latest.log"]), "nothing is left lying about")
        }
    }

    @Test func latestPointsToTheNewestAndMovesWithTheFolder() async throws {
        try await ScratchDirectory.with { folder in
            for number in 1...3 {
                let log = try await BuildLog.create(in: "\(folder)/logs", at: Timestamp(seconds: Int64(number)))
                log.append(LogLine("cycle \(number)", time: time))
                await log.close()
                #expect(try text("\(folder)/logs/latest.log") == "12:54:00.125 - | cycle \(number)\n")
            }
            #expect(rename("\(folder)/logs", "\(folder)/moved") == 0)
            #expect(try text("\(folder)/moved/latest.log") == "12:54:00.125 - | cycle 3\n")
        }
    }

    @Test func ofMoreThanTheLimitTheBeginningAndTheEndAreKept() async throws {
        try await ScratchDirectory.with { folder in
            let log = try await BuildLog.create(in: folder, limit: 20_000)
            for number in 0..<10_000 { log.append(LogLine("line \(number)", time: time)) }
            await log.flush()
            #expect(try text(log.path).utf8.count < 20_300, "while it grows, too")
            await log.close()
            let found = try text(log.path)
            #expect(found.utf8.count < 20_300 && log.leftOut > 100_000 && log.failure == nil)
            #expect(found.hasPrefix("12:54:00.125 - | line 0\n") && found.hasSuffix("| line 9999\n"))
            #expect(found.contains("… \(log.leftOut) bytes are left out here\n"))
        }
    }

    @Test func linesAreThereSoonWithoutAFlush() async throws {
        try await ScratchDirectory.with { folder in
            let log = try await BuildLog.create(in: folder)
            log.append(LogLine("soon", time: time))
            let deadline = ContinuousClock.now + .seconds(20)
            while try text(log.path).isEmpty, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try text(log.path) == "12:54:00.125 - | soon\n")
            await log.close()
        }
    }

    @Test func outputInPiecesOfAnySizeBecomesTheSameLines() async throws {
        let output = bytes("first\n\nthird is längér\r\n\n\n\u{1B}[31mred\u{1B}[0m\nno end")
        var expected = ""
        for line in ["first", "", "third is längér", "", "", "\u{1B}[31mred\u{1B}[0m", "no end"] {
            expected += "12:54:00.125 api/build | \(line)\n"
        }
        try await ScratchDirectory.with { folder in
            for size in 1...output.count {
                let log = try await BuildLog.create(in: folder)
                var start = 0
                while start < output.count {
                    let piece = Array(output[start..<min(start + size, output.count)])
                    log.append(bytes: piece, service: api, stage: .build, at: time)
                    start += size
                }
                await log.close()
                let written = try text(log.path)
                // The last line's time is that of the close; everything else is exact.
                #expect(written.dropLast(32) == expected.dropLast(32), "pieces of \(size)")
                #expect(written.hasSuffix(" api/build | no end\n"), "pieces of \(size)")
            }
        }
    }

    @Test func outputOfTwoStagesIsNotMixedWithinALine() async throws {
        try await ScratchDirectory.with { folder in
            let log = try await BuildLog.create(in: folder)
            log.append(bytes: bytes("api be"), service: api, stage: .build, at: time)
            log.append(bytes: bytes("web begins\nweb e"), service: web, stage: .test, at: time)
            log.append(bytes: bytes("error be"), service: api, stage: .build, stream: .stderr, at: time)
            log.append(bytes: bytes("gins\n"), service: api, stage: .build, at: time)
            log.append(LogLine("between", time: time))
            log.append(bytes: bytes("nds\n"), service: web, stage: .test, at: time)
            log.append(bytes: bytes("gins\n"), service: api, stage: .build, stream: .stderr, at: time)
            await log.close()
            #expect(
                try text(log.path) == """
                    12:54:00.125 web/test | web begins
                    12:54:00.125 api/build | api begins
                    12:54:00.125 - | between
                    12:54:00.125 web/test | web ends
                    12:54:00.125 api/build | error begins

                    """)
        }
    }

    @Test func aLineWithoutEndIsBrokenNotHoarded() async throws {
        try await ScratchDirectory.with { folder in
            let log = try await BuildLog.create(in: folder)
            let piece = [UInt8](repeating: 0x61, count: 10_000)
            for _ in 0..<200 { log.append(bytes: piece, service: api, stage: .build, at: time) }
            await log.close()
            let lines = try text(log.path).split(separator: "\n")
            #expect(lines.count > 10)
            #expect(lines.reduce(0) { $0 + $1.count { $0 == "a" } - 1 } == 2_000_000, "every byte is there")
        }
    }

    @Test func longLinesAndLongPiecesComeThroughWhole() async throws {
        try await ScratchDirectory.with { folder in
            let log = try await BuildLog.create(in: folder)
            let lengths = [0, 1, 65_000, 65_536, 65_537, 200_000, 3, 0, 31_000, 70_000]
            let output = lengths.flatMap { [UInt8](repeating: 0x62, count: $0) + [0x0A] }
            log.append(bytes: output, service: web, stage: .test, at: time)
            await log.close()
            let lines = try text(log.path).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            #expect(lines.map { $0.utf8.count - "12:54:00.125 web/test | ".utf8.count } == lengths)
        }
    }

    @Test func aMillionLinesTakeNoMemory() async throws {
        try await ScratchDirectory.with { folder in
            let log = try await BuildLog.create(in: folder, limit: 1 << 40)
            let line = LogLine(
                String(repeating: "output of a compiler that has a lot to say ", count: 3), service: api,
                stage: .build, time: time)
            var most = 0
            let before = Self.residentPages()
            for number in 1...1_000_000 {
                log.append(line)
                if number % 20_000 == 0 { most = max(most, Self.residentPages() - before) }
            }
            await log.close()
            #expect(log.failure == nil)
            var status = stat()
            #expect(stat(log.path, &status) == 0)
            #expect(
                status.st_size == 1_000_000 * off_t(line.text.utf8.count + "12:54:00.125 api/build | \n".utf8.count))
            #expect(most * Int(sysconf(Int32(_SC_PAGESIZE))) < 48 << 20, "154 MB went through")
        }
    }

    @Test(.enabled(if: Disk.canMount, "needs the right to mount a small tmpfs (root); this user has not"))
    func aFullDiskMakesAGapAndIsSaid() async throws {
        try await ScratchDirectory.with { folder in
            try await Disk.withVolume(kilobytes: 256, in: folder) { volume in
                try Disk.write([UInt8](repeating: 0, count: 100_000), to: "\(volume)/filler")
                let log = try await BuildLog.create(in: volume)
                for number in 0..<3000 {
                    log.append(LogLine("line \(number) " + String(repeating: "x", count: 100), time: time))
                }
                await log.flush()
                #expect(log.failure?.code.rawValue == "logs.disk-full")
                #expect(log.failure?.scheduling == .wait(for: "disk space"))
                #expect(unlink("\(volume)/filler") == 0)
                log.append(LogLine("after it", time: time))
                await log.close()
                let written = try text(log.path)
                #expect(written.hasPrefix("12:54:00.125 - | line 0 "))
                #expect(written.contains(" bytes could not be written here)\n"))
                #expect(written.hasSuffix("12:54:00.125 - | after it\n"))
            }
        }
    }

    @Test func aFolderThatCannotBeIsSaid() async throws {
        try await ScratchDirectory.with { folder in
            try Disk.write([], to: "\(folder)/file")
            for path in ["\(folder)/file", "\(folder)/none/logs"] {
                let failure = await #expect(throws: Failure.self) { try await BuildLog.create(in: path) }
                #expect(failure?.code.rawValue == "logs.create")
                #expect(failure?.message.contains(path) == true)
            }
        }
    }

    static func residentPages() -> Int {
        guard let bytes = try? Disk.read("/proc/self/statm") else { return 0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
