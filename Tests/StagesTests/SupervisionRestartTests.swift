import Model
import Stages
import SupervisorCore
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The operator's restart scripts.
@Suite struct SupervisionRestartTests {
    struct Fixture {
        let folder: String
        let command: RestartCommand
        let service: ServiceName
        var script: String { command.path(for: service) }

        func write(_ text: String, mode: UInt32 = 0o755) {
            Files.replace(script, with: Array(text.utf8))
            chmod(script, mode_t(mode))
        }

        func run(timeout: Duration = .seconds(30)) async -> (StageOutcome, [LogLine]) {
            let lines = ProcessOutputTests.Lines()
            let output = StageOutput(service: service, stage: .restart, file: nil, events: lines.take)
            let outcome = await command.run(
                service, operation: "restart-\(UInt64.random(in: 0 ... .max))", environment: ["PATH": "/usr/bin:/bin"],
                timeout: timeout, output: output)
            return (outcome, lines.all)
        }
    }

    static func with(_ body: (Fixture) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            let commands = "\(folder)/commands"
            mkdir(commands, 0o755)
            let runner = ProcessRunner(groups: .none, options: .init(descendants: .kept))
            try await body(
                Fixture(
                    folder: folder,
                    command: RestartCommand(folder: commands, logs: "\(folder)/logs", processes: runner),
                    service: try #require(ServiceName("gateway/kong"))))
        }
    }

    @Test func theScriptGetsTheServicesNameAndItsOutputIsLogged() async throws {
        try await Self.with { fixture in
            #expect(!fixture.command.exists(for: fixture.service))
            fixture.write("#!/bin/sh\necho \"$#:$1\"; echo warn >&2; basename \"$0\"\n")
            #expect(fixture.script.hasSuffix("/commands/restart-gateway+kong.sh"))
            #expect(fixture.command.exists(for: fixture.service))
            let (outcome, lines) = await fixture.run()
            #expect(outcome.status == .ok)
            #expect(Set(lines.map(\.text)) == ["1:gateway/kong", "warn", "restart-gateway+kong.sh"])
            #expect(lines.allSatisfy { $0.stage == .restart && $0.service == fixture.service })
        }
    }

    @Test func aFailureCarriesItsCodeAndADiagnostic() async throws {
        try await Self.with { fixture in
            fixture.write("#!/bin/sh\nexit 9\n")
            let (outcome, _) = await fixture.run()
            #expect(outcome.status == .failed)
            #expect(outcome.summary.contains("code 9"))
            #expect(outcome.diagnostics.contains { $0.isError })
        }
    }

    @Test func aScriptThatHangsIsEndedWithAllItStarted() async throws {
        try await Self.with { fixture in
            fixture.write("#!/bin/sh\ntrap '' TERM\nsetsid sleep 300 &\necho $!\nsleep 300\n")
            let (outcome, lines) = await fixture.run(timeout: .seconds(12))
            #expect(outcome.status == .timedOut)
            let stray = try #require(lines.first.flatMap { Int32($0.text) })
            #expect(ProcessTable.entry(stray).map(\.isZombie) ?? true)
        }
    }

    @Test func whatItStartsInTheBackgroundLivesOn() async throws {
        try await Self.with { fixture in
            fixture.write("#!/bin/sh\nsetsid sleep 300 >/dev/null 2>&1 &\necho $!\n")
            let (outcome, lines) = await fixture.run()
            #expect(outcome.status == .ok)
            let background = try #require(lines.first.flatMap { Int32($0.text) })
            let entry = try #require(ProcessTable.entry(background))
            #expect(!entry.isZombie)
            ProcessTable.signal(entry, SIGKILL)
        }
    }

    /// A service that prints goes on printing, though the daemon reads no more; and the daemon does not listen for ever.
    @Test func whatItStartsMayPrintOn() async throws {
        try await Self.with { fixture in
            fixture.write("#!/bin/sh\necho one\n(while :; do echo tick; sleep 0.02; done) &\necho pid $! >&2\n")
            let (outcome, lines) = await fixture.run()
            #expect(outcome.status == .ok)
            #expect(lines.first?.text == "one")
            let pid = try #require(lines.first { $0.text.hasPrefix("pid ") }.flatMap { Int32($0.text.dropFirst(4)) })
            let entry = try #require(ProcessTable.entry(pid))
            defer { ProcessTable.signal(entry, SIGKILL) }
            let log = "\(fixture.folder)/logs/restart-gateway+kong.log"
            func ticks() -> Int { Files.read(log)?.count ?? 0 }
            let before = ticks()
            for _ in 0..<1500 where ticks() < before + 50 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(ticks() >= before + 50)
            #expect(ProcessTable.entry(pid)?.isZombie == false)
            // The next run has a file of its own.
            fixture.write("#!/bin/sh\necho two\n")
            #expect(await fixture.run().1.map(\.text) == ["two"])
            #expect(Files.read(log).map { String(decoding: $0, as: UTF8.self) } == "two\n")
        }
    }

    @Test func aPipeThatIsWrittenToForEverIsNotReadForEver() async throws {
        let runner = ProcessRunner(groups: .none, options: .init(descendants: .kept))
        let request = ProcessRunnerTests.shell("trap '' PIPE; (while :; do echo tick; sleep 0.01; done) & echo $!")
        let result = await runner.run(request) { _, _ in }
        #expect(result.end == .exited(code: 0))
        #expect(!ProcessRunnerTests.remains(of: request).isEmpty)
    }

    @Test func unsafeScriptsAreRefusedWithTheReasonAndTheCommandThatMendsThem() async throws {
        try await Self.with { fixture in
            let harmless = "#!/bin/sh\ntouch \(fixture.folder)/was-run\n"
            func refusal() async -> String {
                let (outcome, _) = await fixture.run()
                #expect(outcome.status == .invalidConfig)
                #expect(outcome.diagnostics.contains { $0.code == "restart.refused" })
                return outcome.summary
            }
            fixture.write(harmless, mode: 0o775)
            #expect(await refusal().contains("chmod go-w"))
            fixture.write(harmless, mode: 0o757)
            #expect(await refusal().contains("others"))
            fixture.write(harmless, mode: 0o644)
            #expect(await refusal().contains("chmod +x"))
            fixture.write(harmless)
            chmod("\(fixture.folder)/commands", 0o777)
            #expect(await refusal().contains("chmod go-w"))
            chmod("\(fixture.folder)/commands", 0o755)

            unlink(fixture.script)
            Files.replace("\(fixture.folder)/outside.sh", with: Array(harmless.utf8))
            chmod("\(fixture.folder)/outside.sh", 0o755)
            symlink("../outside.sh", fixture.script)
            #expect(await refusal().contains("leads out of"))
            unlink(fixture.script)
            symlink("nowhere.sh", fixture.script)
            #expect(await refusal().contains("resolved"))
            unlink(fixture.script)
            mkdir(fixture.script, 0o755)
            #expect(await refusal().contains("regular file"))
            rmdir(fixture.script)
            if getuid() == 0 {
                fixture.write(harmless)
                chown(fixture.script, 65_534, 65_534)
                #expect(await refusal().contains("belongs to user 65534"))
                unlink(fixture.script)
            }
            #expect(access("\(fixture.folder)/was-run", F_OK) != 0, "none of them was executed")

            Files.replace("\(fixture.folder)/commands/shared.sh", with: Array(harmless.utf8))
            chmod("\(fixture.folder)/commands/shared.sh", 0o755)
            symlink("shared.sh", fixture.script)
            #expect(await fixture.run().0.status == .ok, "a link inside the folder is fine")
            #expect(access("\(fixture.folder)/was-run", F_OK) == 0)
        }
    }
}
