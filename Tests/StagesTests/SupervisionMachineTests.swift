import SupervisorCore
import Testing

/// The supervisor's decisions, without a process or a clock.
@Suite struct SupervisionMachineTests {
    static func spec(grace: Int = 1000, backoff: Int = 100, limit: Int = 1000, stable: Int = 5000) -> ServiceSpec {
        var spec = ServiceSpec(service: "s", argv: ["/bin/x"], directory: "/", environment: [:], logPath: "/log")
        (spec.grace, spec.backoff, spec.backoffLimit, spec.stableAfter) = (grace, backoff, limit, stable)
        return spec
    }

    @Test func aStartSpawnsAndThenAnswers() {
        var machine = SupervisorMachine()
        #expect(machine.start(Self.spec(), now: 0) == [.spawn, .answer])
        #expect(machine.state == .running)
        #expect(machine.deadline == nil)
    }

    @Test func aReplacementWaitsForTheEndOfWhatRan() {
        var machine = SupervisorMachine()
        _ = machine.start(Self.spec(), now: 0)
        #expect(machine.start(Self.spec(), now: 10) == [.terminate])
        #expect(machine.state == .stopping)
        #expect(machine.exited(now: 20) == [.killTree, .spawn, .answer])
        #expect(machine.state == .running)
        #expect(machine.restarts == 0)
    }

    @Test func theGraceOfTheRunningServiceCountsNotThatOfItsReplacement() {
        var machine = SupervisorMachine()
        _ = machine.start(Self.spec(grace: 3000), now: 0)
        _ = machine.start(Self.spec(grace: 1), now: 0)
        #expect(machine.tick(now: 2999) == [])
        #expect(machine.tick(now: 3000) == [.killTree])
    }

    @Test func crashesWaitLongerEachTimeUpToTheLimit() {
        var machine = SupervisorMachine()
        var now = 0
        _ = machine.start(Self.spec(), now: now)
        var waits: [Int] = []
        for _ in 0..<6 {
            now += 10
            #expect(machine.exited(now: now) == [.killTree])
            let due = machine.deadline ?? 0
            waits.append(due - now)
            #expect(machine.tick(now: due - 1) == [])
            #expect(machine.tick(now: due) == [.spawn])
            now = due
        }
        #expect(waits == [100, 200, 400, 800, 1000, 1000])
        #expect(machine.restarts == 6)
    }

    @Test func aStableTimeForgivesEarlierCrashes() {
        var machine = SupervisorMachine()
        _ = machine.start(Self.spec(), now: 0)
        _ = machine.exited(now: 10)
        _ = machine.tick(now: 110)
        _ = machine.exited(now: 110 + 5000)
        #expect(machine.deadline == 110 + 5000 + 100)
    }

    @Test func aStopInBackoffStaysStopped() {
        var machine = SupervisorMachine()
        _ = machine.start(Self.spec(), now: 0)
        _ = machine.exited(now: 10)
        #expect(machine.stop(now: 20) == [.answer])
        #expect(machine.tick(now: 100_000) == [])
        #expect(machine.state == .stopped)
    }

    @Test func aStopThatComesWhileAReplacementIsPreparedWins() {
        var machine = SupervisorMachine()
        _ = machine.start(Self.spec(), now: 0)
        _ = machine.start(Self.spec(), now: 10)
        #expect(machine.stop(now: 20) == [])
        #expect(machine.exited(now: 30) == [.killTree, .answer])
        #expect(machine.state == .stopped)
    }

    @Test func aTreeThatHangsIsKilledAgain() {
        var machine = SupervisorMachine()
        _ = machine.start(Self.spec(grace: 100), now: 0)
        _ = machine.stop(now: 0)
        #expect(machine.tick(now: 100) == [.killTree])
        #expect(machine.tick(now: 500) == [])
        #expect(machine.tick(now: 1100) == [.killTree])
    }

    @Test func shuttingDownEndsTheServiceFirst() {
        var machine = SupervisorMachine()
        _ = machine.start(Self.spec(), now: 0)
        #expect(machine.shutDown(now: 1) == [.terminate])
        #expect(machine.exited(now: 2) == [.killTree, .answer, .leave])
        var idle = SupervisorMachine()
        #expect(idle.shutDown(now: 0) == [.answer, .leave])
    }

    // MARK: what goes over the wire

    @Test(arguments: ["", "plain", "two\nlines", "a\\nb", "tab\tand\rreturn", "a=b=c", "\0zero", "\\", "ümläut 🎉"])
    func fieldsSurviveTheWire(value: String) throws {
        var text = FieldText()
        text.add("first", value)
        text.add("argv", "x")
        text.add("argv", value)
        let read = try #require(FieldText(text.bytes))
        #expect(read == text)
        #expect(read.all("argv") == ["x", value])
    }

    @Test func halfAMessageIsNoMessage() {
        var text = FieldText()
        text.add("command", "start")
        for length in 0..<text.bytes.count {
            #expect(FieldText(text.bytes.prefix(length)) == nil, "\(length) bytes")
            #expect(!FieldText.isClosed(text.bytes.prefix(length)))
        }
        #expect(FieldText(Array("no equals sign\n\n".utf8)) == nil)
    }

    @Test func specificationsAndStatesSurviveTheWire() throws {
        var spec = Self.spec(grace: 7)
        spec.environment = ["A": "1", "EMPTY": "", "B": "x=y\nz"]
        spec.argv = ["/bin/x", "", "a b"]
        let wire = try #require(FieldText(spec.text.bytes))
        #expect(ServiceSpec(wire) == spec)
        var status = ServiceStatus(service: "a/b", state: .backoff, supervisor: 4, since: 5, logPath: "/l")
        status.lastExit = .init(signal: 11, at: 6, ranFor: 7)
        status.crashOutput = ["", "Fatal error: x", "at y"]
        status.nextStart = 8
        let answer = try #require(FieldText(status.text.bytes))
        #expect(ServiceStatus(answer) == status)
    }

    // MARK: small parts

    @Test(
        arguments: [
            ("a\nb\n", ["a", "b"], nil), ("a\r\nb", ["a"], "b"), ("\n\n", ["", ""], nil), ("", [], nil),
        ] as [(String, [String], String?)])
    func linesAreCutWhereverThePiecesAre(text: String, lines: [String], rest: String?) {
        for cut in 0...text.utf8.count {
            var splitter = LineSplitter()
            let bytes = Array(text.utf8)
            let found = splitter.lines(in: bytes[..<cut]) + splitter.lines(in: bytes[cut...])
            #expect(found.map { String(decoding: $0, as: UTF8.self) } == lines)
            #expect(splitter.finish().map { String(decoding: $0, as: UTF8.self) } == rest)
        }
    }

    @Test func anEndlessLineComesInPieces() {
        var splitter = LineSplitter(limit: 16)
        let lines = splitter.lines(in: [UInt8](repeating: 65, count: 40))
        #expect(lines.map(\.count) == [16, 16])
        #expect(splitter.finish()?.count == 8)
    }

    @Test func theTailKeepsTheLastLinesAndNoMore() {
        var tail = LineTail(lines: 3, bytes: 1000)
        for number in 0..<1000 { tail.append(Array("\(number)".utf8)) }
        #expect(tail.text == ["997", "998", "999"])
        var small = LineTail(lines: 100, bytes: 10)
        for _ in 0..<50 { small.append([UInt8](repeating: 66, count: 4)) }
        #expect(small.count == 2)
    }

    @Test func aProcessWhoseNameIsHostileIsReadRight() throws {
        let line = "42 (a) R 1 (x) S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 99 100\n"
        let entry = try #require(ProcessEntry(stat: Array(line.utf8)))
        #expect(entry == ProcessEntry(pid: 42, parent: 7, group: 8, session: 9, startTime: 123_456, isZombie: false))
        #expect(ProcessEntry(stat: Array("42 (x".utf8)) == nil)
    }

    @Test func aTreeIsFoundBySessionByGroupAndByParentage() {
        func entry(_ pid: Int32, _ parent: Int32, _ session: Int32, start: UInt64 = 10, zombie: Bool = false)
            -> ProcessEntry
        {
            ProcessEntry(
                pid: pid, parent: parent, group: session, session: session, startTime: start, isZombie: zombie)
        }
        let far: Int32 = 4_000_000
        let table = [
            entry(far, 1, far), entry(far + 1, far, far), entry(far + 2, 1, far),
            // Left the session, but its parent is a member; and a child of that one, listed before its parent.
            entry(far + 4, far + 3, far + 4), entry(far + 3, far + 1, far + 3),
            entry(far + 5, 1, far + 5), entry(far + 6, far, far, zombie: true), entry(far + 7, far, far, start: 9),
        ]
        let tree = ProcessTree(leader: far, startTime: 10)
        #expect(Set(tree.members(among: table).map(\.pid)) == [far, far + 1, far + 2, far + 3, far + 4])
    }
}
