import Logs
import Model
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct LogTailTests {
    private func append(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Disk.Refused(path: path, reason: errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    private func all(_ tail: LogTail) async throws -> [String] {
        var lines: [String] = []
        for try await line in tail { lines.append(line) }
        return lines
    }

    @Test func aFileIsReadToItsEnd() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/a.log"
            try append("one\n\ntwo\r\nthree without end", to: path)
            #expect(try await all(LogTail(path: path, follows: false)) == ["one", "", "two", "three without end"])
            #expect(try await all(LogTail(path: path, last: 2, follows: false)) == ["two", "three without end"])
            #expect(try await all(LogTail(path: path, last: 99, follows: false)).count == 4)
            #expect(try await all(LogTail(path: path, last: 0, follows: false)).isEmpty)
        }
    }

    @Test func theLastLinesOfALongFileAreFoundFromItsEnd() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/a.log"
            let lines = (0..<40_000).map { "line \($0) " + String(repeating: "x", count: $0 % 90) }
            try append(lines.joined(separator: "\n") + "\n", to: path)
            for count in [1, 2, 999, 5000] {
                #expect(try await all(LogTail(path: path, last: count, follows: false)) == lines.suffix(count))
            }
            #expect(try await all(LogTail(path: path, follows: false)) == lines)
        }
    }

    @Test func aServiceSeesItsOwnLines() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/a.log"
            try append(
                """
                12:54:00.125 - | cycle
                12:54:00.125 gateway/- | of the service 'gateway'
                12:54:00.125 gateway/kong/build | of another: 12:54:00.125 gateway/build | forged
                raw, belongs to the line before
                12:54:00.125 gateway/build | built
                raw, ours
                12:54:00.125 web/build | gateway/build | not ours

                """, to: path)
            let gateway = try #require(ServiceName("gateway"))
            let kong = try #require(ServiceName("gateway/kong"))
            #expect(
                try await all(LogTail(path: path, service: gateway, follows: false)) == [
                    "12:54:00.125 gateway/- | of the service 'gateway'", "12:54:00.125 gateway/build | built",
                    "raw, ours",
                ])
            #expect(
                try await all(LogTail(path: path, service: kong, follows: false)) == [
                    "12:54:00.125 gateway/kong/build | of another: 12:54:00.125 gateway/build | forged",
                    "raw, belongs to the line before",
                ])
            #expect(try await all(LogTail(path: path, service: gateway, last: 1, follows: false)) == ["raw, ours"])
        }
    }

    @Test func growingFlippingTruncatingAndRotatingAreFollowed() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/latest.log"
            var lines = LogTail(path: path).makeAsyncIterator()
            // Not there yet when the following begins.
            let writing = Task {
                try await Task.sleep(for: .milliseconds(50))
                try append("a1\na", to: "\(folder)/a.log")
                #expect(symlink("a.log", path) == 0)
            }
            #expect(try await lines.next() == "a1")
            try await writing.value
            try append("2\n", to: "\(folder)/a.log")
            #expect(try await lines.next() == "a2")

            // The flip: what the old one still got comes first.
            try append("a3\n", to: "\(folder)/a.log")
            try append("b1\n", to: "\(folder)/b.log")
            #expect(symlink("b.log", "\(folder)/new") == 0 && rename("\(folder)/new", path) == 0)
            #expect(try await lines.next() == "a3")
            #expect(try await lines.next() == "b1")
            try append("b2\n", to: "\(folder)/b.log")
            #expect(try await lines.next() == "b2")

            // Cut short in place.
            #expect(truncate("\(folder)/b.log", 0) == 0)
            try await Task.sleep(for: .milliseconds(300))
            try append("c1\n", to: "\(folder)/b.log")
            #expect(try await lines.next() == "c1")

            // Rotated under the same name.
            try append("c2\n", to: "\(folder)/b.log")
            #expect(rename("\(folder)/b.log", "\(folder)/b.log.1") == 0)
            try append("d1\n", to: "\(folder)/b.log")
            #expect(try await lines.next() == "c2")
            #expect(try await lines.next() == "d1")
        }
    }

    @Test func aWholeRunOfBuildLogsIsFollowedWithoutAGap() async throws {
        try await ScratchDirectory.with { folder in
            let seen = Mutex<[String]>([])
            var log = try await BuildLog.create(in: folder, at: Timestamp(seconds: 0))
            let reading = Task {
                for try await line in LogTail(path: "\(folder)/latest.log") {
                    let text = String(line.dropFirst("00:00:00.000 - | ".count))
                    seen.withLock { $0.append(text) }
                    if text == "the end" { break }
                }
            }
            var expected: [String] = []
            let deadline = ContinuousClock.now + .seconds(60)
            for cycle in 0..<20 {
                if cycle > 0 { log = try await BuildLog.create(in: folder, at: Timestamp(seconds: Int64(cycle))) }
                log.append(LogLine("\(cycle) begins"))
                await log.flush()
                // A log that is over before anyone looked is never seen; one that was begun is read to its last line.
                while !seen.withLock({ $0.contains("\(cycle) begins") }), ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(2))
                }
                for number in 0..<500 { log.append(LogLine("\(cycle) \(number)")) }
                await log.close()
                expected += ["\(cycle) begins"] + (0..<500).map { "\(cycle) \($0)" }
            }
            log = try await BuildLog.create(in: folder, at: Timestamp(seconds: 100))
            log.append(LogLine("the end"))
            await log.close()
            while seen.withLock({ $0.last != "the end" }), ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(2))
            }
            reading.cancel()
            try await reading.value
            #expect(seen.withLock { $0 } == expected + ["the end"])
        }
    }

    @Test func cancellingEndsTheLoopAndLeavesNothingOpen() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/a.log"
            try append("one\n", to: path)
            for _ in 0..<30 {
                let task = Task { () -> [String] in
                    var lines: [String] = []
                    for try await line in LogTail(path: path) { lines.append(line) }
                    return lines
                }
                try await Task.sleep(for: .milliseconds(5))
                task.cancel()
                #expect(try await task.value.count <= 1)
            }
            for _ in 0..<30 {
                for try await line in LogTail(path: path) {
                    #expect(line == "one")
                    break
                }
            }
            // The threads close what they had open when they see it; other tests open and close beside this one.
            let deadline = ContinuousClock.now + .seconds(20)
            func open() throws -> Int {
                try Disk.names("/proc/self/fd").count { name in
                    var target = [UInt8](repeating: 0, count: 4096)
                    let count = target.withUnsafeMutableBytes {
                        readlink("/proc/self/fd/\(name)", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
                    }
                    return count > 0 && String(decoding: target.prefix(count), as: UTF8.self) == path
                }
            }
            while try open() > 0, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
            #expect(try open() == 0)
        }
    }

    /// What a tail has taken in is told by what it still knows after the file has become another one behind its back: the
    /// memory of the process is other tests' as well.
    @Test func aSlowReaderDoesNotMakeTheTailHoardTheFile() async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/a.log"
            let lines = 10_000
            func block(_ letter: String) -> String {
                String(repeating: String(repeating: letter, count: 99) + "\n", count: lines)
            }
            for _ in 0..<100 { try append(block("y"), to: path) }
            var iterator = LogTail(path: path, follows: false).makeAsyncIterator()
            #expect(try await iterator.next()?.count == 99)
            // Whoever hoards does so now; whoever does not has nothing to be waited for.
            try await Task.sleep(for: .seconds(1))
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            defer { close(descriptor) }
            let other = Array(block("z").utf8)
            for number in 4..<100 {
                #expect(pwrite(descriptor, other, other.count, off_t(number * other.count)) == other.count)
            }
            var (count, hoarded) = (1, 1)
            while let line = try await iterator.next() {
                count += 1
                if line.utf8.first == UInt8(ascii: "y") { hoarded += 1 }
            }
            #expect(count == 1_000_000)
            #expect(hoarded == 4 * lines, "more than 4 of 100 MB were taken in")
        }
    }

    @Test func whatIsNotThereIsSaid() async throws {
        try await ScratchDirectory.with { folder in
            for tail in [LogTail(path: "\(folder)/none.log", follows: false), LogTail(path: "\(folder)/no/x.log")] {
                let failure = await #expect(throws: Failure.self) { try await all(tail) }
                #expect(failure?.code.rawValue == "logs.none")
            }
        }
    }

    @Test(.enabled(if: access("/usr/bin/tail", X_OK) == 0, "needs /usr/bin/tail of coreutils"))
    func tailFollowsTheLatestLogFromCycleToCycle() async throws {
        try await ScratchDirectory.with { folder in
            let first = try await BuildLog.create(in: folder, at: Timestamp(seconds: 1))
            first.append(LogLine("first cycle"))
            await first.close()
            let output = "\(folder)/seen.txt"
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o644)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            defer { posix_spawn_file_actions_destroy(&actions) }
            let words = ["tail", "-n", "+1", "-F", "\(folder)/latest.log"]
            let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
            defer { for argument in arguments { free(argument) } }
            var child: pid_t = 0
            #expect(posix_spawn(&child, "/usr/bin/tail", &actions, nil, arguments, environ) == 0)
            defer {
                kill(child, SIGKILL)
                waitpid(child, nil, 0)
            }
            func seen(_ text: String) async throws -> Bool {
                let deadline = ContinuousClock.now + .seconds(20)
                while ContinuousClock.now < deadline {
                    if let bytes = try? Disk.read(output), String(decoding: bytes, as: UTF8.self).contains(text) {
                        return true
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
                return false
            }
            #expect(try await seen("first cycle"))
            let second = try await BuildLog.create(in: folder, at: Timestamp(seconds: 2))
            second.append(LogLine("second cycle"))
            await second.close()
            #expect(try await seen("second cycle"))
        }
    }
}
