import Stages
import SupervisorCore
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Real children of this process: no command here is a double.
@Suite struct ProcessRunnerTests {
    /// All ways of knowing a tree: a control group that is entered, a search, both, and a guard.
    static let runners = [
        ProcessRunner(entrance: SupervisionTests.executable), ProcessRunner(groups: .none), ProcessRunner(),
        ProcessRunner(groups: .none, entrance: SupervisionTests.executable),
    ]

    static func request(
        _ arguments: [String], operation: String = "test-\(UInt64.random(in: 0 ... .max))", directory: String = "/tmp",
        input: [UInt8] = [], timeout: Duration = .seconds(60), grace: Duration = .milliseconds(300)
    ) -> ProcessRequest {
        ProcessRequest(
            operation: operation, arguments: arguments, directory: directory,
            environment: ["PATH": "/usr/bin:/bin"], input: input, timeout: timeout, grace: grace, keptOutput: 4 << 20)
    }

    static func shell(_ script: String, timeout: Duration = .seconds(60)) -> ProcessRequest {
        request(["/bin/sh", "-c", script], timeout: timeout)
    }

    /// What is alive of an operation, whatever session it is in. It is ended, so that a failing test leaves nothing.
    static func remains(of request: ProcessRequest) -> [ProcessEntry] {
        let entries = ProcessTable.all().filter {
            !$0.isZombie
                && ProcessTable.environment(of: $0.pid, contains: "\(ProcessRunner.marker)=\(request.operation)")
        }
        for entry in entries { ProcessTable.signal(entry, SIGKILL) }
        return entries
    }

    @Test(arguments: 0..<4) func aCommandsOutputsAndExitCodeComeBackApart(runner: Int) async {
        let result = await Self.runners[runner].run(Self.shell("printf out; printf err >&2; exit 7")) { _, _ in }
        #expect(result.end == .exited(code: 7))
        #expect(result.standardOutput == Array("out".utf8))
        #expect(result.standardError == Array("err".utf8))
        #expect(!result.isOutputCut)
    }

    @Test(arguments: 0..<4) func aSignalIsNamed(runner: Int) async {
        let result = await Self.runners[runner].run(Self.shell("kill -SEGV $$")) { _, _ in }
        #expect(result.end == .signalled(SIGSEGV))
    }

    @Test func argumentsReachTheProgramAsTheyAre() async {
        let hostile = ["a b", "$(id)", "'; rm -rf /", "*", "", "\n"]
        let result = await Self.runners[0].run(Self.request(["printf", "[%s]"] + hostile)) { _, _ in }
        #expect(String(decoding: result.standardOutput, as: UTF8.self) == hostile.map { "[\($0)]" }.joined())
    }

    @Test func theEnvironmentIsTheGivenOneAndTheMarker() async {
        setenv("DEPLOYER_TEST_CANARY", "leak", 1)
        let request = Self.request(["/usr/bin/env"])
        let result = await Self.runners[0].run(request) { _, _ in }
        let lines = String(decoding: result.standardOutput, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(
            Set(lines.filter { !$0.hasPrefix("DEPLOYER_COMMAND=") }) == [
                "PATH=/usr/bin:/bin", "DEPLOYER_OPERATION=\(request.operation)",
            ])
        #expect(lines.count == 3)
    }

    @Test func theChildLeadsASessionAndHoldsNoDescriptorOfTheDaemon() async throws {
        try await ScratchDirectory.with { folder in
            let leaked = try #require(Files.open("\(folder)/canary", O_RDWR | O_CREAT))
            defer { close(leaked) }
            // Deliberately inheritable: another part of the daemon may be careless.
            _ = fcntl(leaked, F_SETFD, 0)
            let result = await Self.runners[0].run(
                Self.shell("ls -l /proc/self/fd; cut -d' ' -f1,5,6 /proc/$$/stat; echo $$; pwd")
            ) { _, _ in }
            let text = String(decoding: result.standardOutput, as: UTF8.self)
            #expect(!text.contains("canary"))
            let lines = text.split(separator: "\n").suffix(3)
            let pid = lines[lines.startIndex + 1]
            #expect(lines.first == "\(pid) \(pid) \(pid)")
            #expect(lines.last == "/tmp")
        }
    }

    @Test(
        arguments: [
            (["/nowhere/at-all"], "/tmp", ENOENT), (["no-such-program-here"], "/tmp", ENOENT),
            (["/etc/passwd"], "/tmp", EACCES), (["/bin/true"], "/nowhere", ENOTDIR), ([], "/tmp", EINVAL),
        ] as [([String], String, Int32)])
    func whatCannotStartSaysWhy(arguments: [String], directory: String, code: Int32) async throws {
        let result = await Self.runners[0].run(Self.request(arguments, directory: directory)) { _, _ in }
        guard case .notStarted(let found, let reason) = result.end else {
            Issue.record("\(result.end)")
            return
        }
        #expect(found == code, "\(reason)")
        #expect(!reason.isEmpty)
    }

    @Test func aScriptWithoutItsInterpreterSaysSo() async throws {
        try await ScratchDirectory.with { folder in
            Files.replace("\(folder)/script", with: Array("#!/no/such/interpreter\n".utf8))
            chmod("\(folder)/script", 0o755)
            let request = Self.request(["\(folder)/script"])
            // Through the entrance there is a process already: it answers like env(1) or nice(1) would.
            let entered = await Self.runners[0].run(request) { _, _ in }
            if Self.runners[0].groups.base != nil {
                #expect(entered.end == .exited(code: 126))
                #expect(String(decoding: entered.standardError, as: UTF8.self).contains("\(folder)/script"))
            }
            let result = await Self.runners[1].run(request) { _, _ in }
            guard case .notStarted(_, let reason) = result.end else {
                Issue.record("\(result.end)")
                return
            }
            #expect(reason.contains("interpreter"))
        }
    }

    @Test(arguments: 0..<4) func inputArrivesWholeHoweverLarge(runner: Int) async {
        let input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let result = await Self.runners[runner].run(Self.request(["/bin/cat"], input: input)) { _, _ in }
        #expect(result.end == .exited(code: 0))
        #expect(result.standardOutput == input)
    }

    @Test func aChildThatDoesNotReadItsInputHarmsNobody() async {
        let input = [UInt8](repeating: 65, count: 1 << 20)
        let result = await Self.runners[0].run(Self.request(["/bin/true"], input: input)) { _, _ in }
        #expect(result.end == .exited(code: 0))
        let silent = await Self.runners[0].run(Self.request(["/bin/cat"])) { _, _ in }
        #expect(silent.end == .exited(code: 0))
    }

    /// Cancels the command as soon as it has said that it is up: on a busy machine that may take long.
    static func cancelWhenUp(_ runner: Int, _ request: ProcessRequest) async throws -> ProcessResult {
        let isUp = Mutex(false)
        let task = Task { await runners[runner].run(request) { _, _ in isUp.withLock { $0 = true } } }
        while !isUp.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
        task.cancel()
        return await task.value
    }

    @Test(arguments: 0..<4) func aChildThatIgnoresSIGTERMIsKilledAfterItsGrace(runner: Int) async throws {
        let request = Self.shell("trap '' TERM; sh -c 'trap \"\" TERM; sleep 300' & echo up; while :; do sleep 1; done")
        let started = ContinuousClock.now
        let result = try await Self.cancelWhenUp(runner, request)
        #expect(result.end == .cancelled)
        #expect(String(decoding: result.standardOutput, as: UTF8.self) == "up\n")
        #expect(ContinuousClock.now - started < .seconds(60))
        #expect(Self.remains(of: request).isEmpty)
    }

    @Test(arguments: 0..<4) func aPoliteChildMayCleanUpInItsGrace(runner: Int) async throws {
        let request = Self.request(
            ["/bin/sh", "-c", "trap 'echo cleaned; exit 0' TERM; sleep 300 & echo up; wait"], grace: .seconds(60))
        let result = try await Self.cancelWhenUp(runner, request)
        #expect(String(decoding: result.standardOutput, as: UTF8.self) == "up\ncleaned\n")
    }

    @Test(arguments: 0..<4) func aDaemonThatForkedTwiceIsEndedWithItsCommand(runner: Int) async {
        // setsid leaves the session, the subshell's exit leaves the family: only group or marker still find it.
        let request = Self.shell(
            "(setsid sh -c 'trap \"\" TERM; : > /tmp/$0; sleep 300' up-$$ </dev/null >/dev/null 2>&1 &); "
                + "while [ ! -e /tmp/up-$$ ]; do sleep 0.01; done; rm /tmp/up-$$")
        let notes = Mutex<[String]>([])
        var subject = Self.runners[runner]
        subject.options.note = { _, text in notes.withLock { $0.append(text) } }
        let result = await subject.run(request) { _, _ in }
        #expect(result.end == .exited(code: 0))
        #expect(Self.remains(of: request).isEmpty)
        // A guard ends them by itself and says nothing.
        if runner < 3 { #expect(notes.withLock { $0 }.contains { $0.contains("behind") }) }
    }

    /// The ways that miss nothing, whatever a child does.
    static let sure = runners[0].groups.base == nil ? [3] : [0, 3]

    @Test(arguments: sure) func aDaemonThatIsOnlyJustComingUpIsEndedToo(runner: Int) async {
        // The command ends at once, while its descendants are still between fork, setsid and execve.
        for _ in 0..<15 {
            let request = Self.shell("(setsid setsid -f sh -c 'sleep 300' </dev/null >/dev/null 2>&1 &)")
            _ = await Self.runners[runner].run(request) { _, _ in }
            #expect(Self.remains(of: request).isEmpty)
        }
    }

    @Test(arguments: sure) func aDaemonThatAlsoThrewItsEnvironmentAwayIsEnded(runner: Int) async throws {
        // Written so that only the sleep itself, and no shell, has the number among its arguments.
        let number = UInt32.random(in: 100_000_000...999_999_999)
        let name = "\(number + 1)"
        let request = Self.shell(
            """
            n=$((\(number)+1)); (env -i setsid /bin/sleep $n </dev/null >/dev/null 2>&1 &); sleep 0.3
            cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c "^$n\\$"
            """)
        let result = await Self.runners[runner].run(request) { _, _ in }
        #expect(String(decoding: result.standardOutput, as: UTF8.self) == "1\n", "it ran while the command did")
        let still = ProcessTable.all().filter { entry in
            let line = Files.read("/proc/\(entry.pid)/cmdline", limit: 4096) ?? []
            return String(decoding: line, as: UTF8.self).contains(name)
        }
        #expect(still.isEmpty)
    }

    @Test(arguments: 0..<4) func cancellingTheTaskEndsTheWholeTree(runner: Int) async throws {
        let request = Self.shell("sleep 300 & setsid sleep 301 & echo up; wait")
        #expect(try await Self.cancelWhenUp(runner, request).end == .cancelled)
        #expect(Self.remains(of: request).isEmpty)
    }

    @Test(arguments: 0..<4) func theEndOfOneCommandIsNotThatOfAnotherOfTheSameOperation(runner: Int) async {
        let operation = "shared-\(runner)-\(UInt64.random(in: 0 ... .max))"
        async let long = Self.runners[runner].run(
            Self.request(["/bin/sh", "-c", "setsid sh -c 'sleep 1; echo survived'"], operation: operation)
        ) { _, _ in }
        for _ in 0..<5 {
            _ = await Self.runners[runner].run(Self.request(["/bin/true"], operation: operation)) { _, _ in }
        }
        let result = await long
        #expect(String(decoding: result.standardOutput, as: UTF8.self) == "survived\n")
    }

    @Test func aTaskThatIsCancelledAlreadyStartsNothingThatStays() async {
        let request = Self.shell("sleep 300")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await Self.runners[0].run(request) { _, _ in }
        }
        #expect(await task.value.end == .cancelled)
        #expect(Self.remains(of: request).isEmpty)
    }

    @Test(arguments: 0..<4) func aChildThatClosesItsOutputsAndHangsStillTimesOut(runner: Int) async {
        let request = Self.shell("exec >&- 2>&-; sleep 300", timeout: .milliseconds(500))
        let result = await Self.runners[runner].run(request) { _, _ in }
        #expect(result.end == .timedOut)
        #expect(Self.remains(of: request).isEmpty)
    }

    @Test func keptDescendantsLiveOnAndHoldNothingUp() async throws {
        var subject = Self.runners[0]
        subject.options.descendants = .kept
        // It keeps the command's standard output open, as a carelessly written restart script would.
        let request = Self.shell("setsid sleep 300 & echo $!")
        let result = await subject.run(request) { _, _ in }
        #expect(result.end == .exited(code: 0))
        let left = Self.remains(of: request)
        #expect(left.count == 1)
    }

    @Test func aGuardThatLosesItsDaemonEndsItsCommand() async throws {
        try await ScratchDirectory.with { folder in
            // The shell stands for the daemon: it starts a guard, and is killed.
            let script = """
                \(SupervisionTests.executable) guard 0 -- /bin/sh sh -c \
                "trap '' TERM; echo \\$\\$ > \(folder)/pid; while :; do sleep 0.1; done" & wait
                """
            let runner = Self.runners[1]
            let task = Task {
                var request = Self.request(["/bin/sh", "-c", "echo $$ > \(folder)/daemon; \(script)"])
                request.timeout = .seconds(50)
                // What a dead daemon leaves is nobody's but the guard's: this runner must not clear it away.
                var kept = runner
                kept.options.descendants = .kept
                return await kept.run(request) { _, _ in }
            }
            func pid(_ name: String) async throws -> Int32 {
                while true {
                    let text = String(decoding: Files.read("\(folder)/\(name)") ?? [], as: UTF8.self)
                    if text.hasSuffix("\n"), let pid = Int32(text.dropLast()) { return pid }
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            let command = try await pid("pid")
            let entry = try #require(ProcessTable.entry(command))
            kill(try await pid("daemon"), SIGKILL)
            #expect(await task.value.end == .signalled(SIGKILL))
            let deadline = ContinuousClock.now + .seconds(30)
            while ProcessTable.entry(command)?.startTime == entry.startTime, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(ProcessTable.entry(command)?.startTime != entry.startTime)
            ProcessTable.signal(entry, SIGKILL)
        }
    }

    @Test func twoHundredMegabytesPassThroughInConstantMemory() async {
        let size = 200_000_000
        let seen = Mutex(0)
        var request = Self.request(["/usr/bin/head", "-c", "\(size)", "/dev/zero"])
        request.keptOutput = 1000
        let before = Self.residentAnonymousKilobytes()
        let result = await Self.runners[0].run(request) { _, piece in seen.withLock { $0 += piece.count } }
        #expect(seen.withLock { $0 } == size)
        #expect(result.standardOutput.count == 1000)
        #expect(result.isOutputCut)
        #expect(Self.residentAnonymousKilobytes() - before < 100_000)
    }

    static func residentAnonymousKilobytes() -> Int {
        let text = String(decoding: Files.read("/proc/self/status", limit: 8192) ?? [], as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    @Test(arguments: 0..<4) func aCommandThatIsDoneIsNotWaitedFor(runner: Int) async {
        // Ten of them one after the other: half a second each, as a drain that waits in vain costs, would show.
        let started = ContinuousClock.now
        var best = Duration.seconds(100)
        for _ in 0..<10 {
            let begin = ContinuousClock.now
            let result = await Self.runners[runner].run(Self.request(["/bin/true"])) { _, _ in }
            #expect(result.end == .exited(code: 0))
            best = min(best, ContinuousClock.now - begin)
        }
        #expect(best < .milliseconds(450))
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    @Test func manyCommandsAtOnceLeaveNoDescriptorBehind() async {
        _ = await Self.runners[0].run(Self.shell(":")) { _, _ in }
        let before = Files.names(in: "/proc/self/fd").count
        await withTaskGroup(of: ProcessResult.self) { group in
            for number in 0..<40 {
                group.addTask {
                    await Self.runners[number % 2].run(Self.shell(number % 5 == 0 ? "exit 3" : "echo \(number)")) {
                        _, _ in
                    }
                }
            }
            for await result in group { #expect(result.end == .exited(code: 0) || result.end == .exited(code: 3)) }
        }
        // Other tests run in this process at the same time: a leak of one per command is what would show.
        #expect(Files.names(in: "/proc/self/fd").count < before + 40)
    }

    @Test func aMemoryLimitEndsTheCommandOrIsReportedAsMissing() async {
        let notes = Mutex<[String]>([])
        var subject = Self.runners[0]
        subject.options.limits = ResourceLimits(memory: 32 << 20)
        subject.options.note = { _, text in notes.withLock { $0.append(text) } }
        let result = await subject.run(Self.shell("head -c 200000000 /dev/zero | tail -c 150000000 | wc -c")) { _, _ in
        }
        let said = notes.withLock { $0 }
        if said.contains(where: { $0.contains("no limit") }) {
            #expect(result.end == .exited(code: 0))
        } else {
            #expect(String(decoding: result.standardOutput, as: UTF8.self) != "150000000\n")
            #expect(said.contains { $0.contains("more memory") })
        }
    }

    @Test func aNicerCommandRunsAtALowerPriority() async {
        var subject = Self.runners[0]
        subject.options.niceness = 7
        let result = await subject.run(Self.shell("sleep 0.2; nice")) { _, _ in }
        let own = getpriority(.init(PRIO_PROCESS.rawValue), 0)
        #expect(String(decoding: result.standardOutput, as: UTF8.self) == "\(own + 7)\n")
    }
}
