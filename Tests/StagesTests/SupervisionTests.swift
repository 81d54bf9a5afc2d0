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
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Real supervisors and real services; each test ends its own.
@Suite struct SupervisionTests {
    struct Fixture {
        let folder: String
        let control: ServiceControl
        let name: SupervisedName

        func renewed() -> ServiceControl { SupervisionTests.control(in: folder) }
        var controlFolder: String { "\(folder)/services/\(name.fileName)" }

        func spec(_ script: String, grace: Duration = .seconds(5)) -> SupervisedSpec {
            SupervisedSpec(
                name: name, arguments: ["/bin/sh", "-c", script], directory: folder,
                environment: ["PATH": "/usr/bin:/bin", "FIXTURE": folder], grace: grace)
        }

        func log() -> String { String(decoding: Files.read(logPath) ?? [], as: UTF8.self) }
        var logPath: String { "\(folder)/logs/runtime-\(name.fileName).log" }

        /// Everything alive that this fixture's services have started.
        func processes() -> [ProcessEntry] {
            ProcessTable.all().filter {
                !$0.isZombie && ProcessTable.environment(of: $0.pid, contains: "FIXTURE=\(folder)")
            }
        }

        func until(_ what: String, _ condition: () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(30)
            while try await !condition() {
                guard ContinuousClock.now < deadline else {
                    Issue.record("\(what) did not come within 30 s; log:\n\(log())")
                    return
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Beside the test bundle, as the installed one lies beside `host`.
    static let executable: String = {
        let path = CommandLine.arguments[0]
        let folder = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var candidate = URL(fileURLWithPath: folder)
        while candidate.path != "/" {
            candidate.deleteLastPathComponent()
            let file = candidate.appendingPathComponent("ServiceSupervisor").path
            if access(file, X_OK) == 0, !Files.isFolder(file) { return file }
        }
        return "\(FileManager.default.currentDirectoryPath)/.build/debug/ServiceSupervisor"
    }()

    static func control(in folder: String) -> ServiceControl {
        var options = ServiceControl.Options()
        options.backoff = .milliseconds(50)
        options.backoffLimit = .milliseconds(400)
        options.logBytes = 20_000
        options.logFiles = 2
        return ServiceControl(
            supervisor: executable, directory: "\(folder)/services", logs: "\(folder)/logs", options: options)
    }

    static func with(_ text: String = "gateway/kong", _ body: (Fixture) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            let name = SupervisedName(try #require(ServiceName(text)))
            let fixture = Fixture(folder: folder, control: control(in: folder), name: name)
            do {
                try await body(fixture)
            } catch {
                try await fixture.control.stopAll()
                throw error
            }
            try await fixture.control.stopAll()
            #expect(fixture.processes().isEmpty)
        }
    }

    @Test func aServiceRunsUntilItIsStoppedAndThenStaysSo() async throws {
        try await Self.with { fixture in
            let started = try await fixture.control.start(fixture.spec("echo hello; exec sleep 300"))
            #expect(started.state == .running)
            let pid = try #require(started.pid)
            #expect(ProcessTable.entry(pid)?.session == pid)
            #expect(started.logPath == fixture.logPath)
            try await fixture.until("its output") { fixture.log().contains("Z hello\n") }
            let stopped = try await fixture.control.stop(fixture.name, grace: nil)
            #expect(stopped.state == .stopped)
            #expect(fixture.processes().isEmpty)
            #expect(await fixture.renewed().adopt().adopted.isEmpty, "an operator's stop is not undone")
            #expect(try await fixture.control.status(fixture.name).state == .stopped)
        }
    }

    @Test func anUnknownServiceIsUnknown() async throws {
        try await Self.with { fixture in
            let status = try await fixture.control.status(fixture.name)
            let stopped = try await fixture.control.stop(fixture.name, grace: nil)
            #expect(status.state == .unknown && stopped.state == .unknown)
            await #expect(throws: Failure.self) { try await fixture.control.restart(fixture.name) }
        }
    }

    @Test func aServiceThatCannotStartSaysWhy() async throws {
        try await Self.with { fixture in
            var spec = fixture.spec("")
            spec.arguments = ["/nowhere/service"]
            let failure = await #expect(throws: Failure.self) { try await fixture.control.start(spec) }
            #expect(failure?.cause?.contains("/nowhere/service") == true)
            spec = fixture.spec("exec sleep 300")
            spec.directory = "/nowhere"
            let other = await #expect(throws: Failure.self) { try await fixture.control.start(spec) }
            #expect(other?.cause?.contains("folder") == true)
        }
    }

    @Test func replacingAServiceLeavesExactlyOne() async throws {
        try await Self.with { fixture in
            var pids: Set<Int32> = []
            for number in 0..<3 {
                let status = try await fixture.control.start(fixture.spec("echo start \(number); exec sleep 300"))
                pids.insert(try #require(status.pid))
                #expect(fixture.processes().count == 1)
            }
            #expect(pids.count == 3)
            // Several at once, from several clients: they queue at the one supervisor.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { _ = try await fixture.renewed().start(fixture.spec("exec sleep 300")) }
                }
                try await group.waitForAll()
            }
            #expect(fixture.processes().count == 1)
        }
    }

    @Test func simultaneousFirstStartsMakeOneSupervisor() async throws {
        try await Self.with { fixture in
            let supervisors = try await withThrowingTaskGroup(of: Int32?.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        _ = try await fixture.renewed().start(fixture.spec("exec sleep 300"))
                        return try await fixture.renewed().details(fixture.name)?.supervisor
                    }
                }
                return try await group.reduce(into: Set<Int32?>()) { $0.insert($1) }
            }
            #expect(supervisors.count == 1)
            #expect(fixture.processes().count == 1)
        }
    }

    @Test func aCrashLoopBacksOffAndKeepsWhatWasPrinted() async throws {
        try await Self.with { fixture in
            _ = try await fixture.control.start(
                fixture.spec("echo listening; echo 'Fatal error: no database' >&2; sleep 0.05; kill -ABRT $$"))
            try await fixture.until("the third crash") {
                try await fixture.control.status(fixture.name).restarts >= 3
            }
            let details = try #require(try await fixture.control.details(fixture.name))
            #expect(details.lastExit?.signal == SIGABRT)
            #expect(details.crashOutput == ["listening", "Fatal error: no database"])
            let status = try await fixture.control.status(fixture.name)
            #expect(status.lastExit == -SIGABRT)
            #expect(fixture.log().contains("[supervisor] was ended by signal 6"))
        }
    }

    @Test func aServiceThatIgnoresSIGTERMIsKilledWithItsWholeTree() async throws {
        try await Self.with { fixture in
            // A child in a session of its own, whose parent dies, without environment: only a subreaper finds it.
            let script = """
                trap '' TERM
                (env -i setsid /bin/sh -c 'trap "" TERM; echo $$ > stray; while :; do sleep 0.1; done' &)
                while :; do sleep 0.1; done
                """
            _ = try await fixture.control.start(fixture.spec(script, grace: .milliseconds(300)))
            try await fixture.until("the stray") { !(Files.read("\(fixture.folder)/stray") ?? []).isEmpty }
            let text = String(decoding: Files.read("\(fixture.folder)/stray") ?? [], as: UTF8.self)
            let stray = try #require(Int32(text.filter(\.isNumber)))
            #expect(ProcessTable.entry(stray) != nil)
            _ = try await fixture.control.stop(fixture.name, grace: nil)
            #expect(ProcessTable.entry(stray) == nil)
            #expect(fixture.processes().isEmpty)
        }
    }

    @Test func whatEndsInItsGraceMayCleanUpAlsoWhenAWrapperDiesFirst() async throws {
        try await Self.with { fixture in
            let script = """
                (trap 'sleep 0.5; echo goodbye; exit 0' TERM; echo up; while :; do sleep 0.05; done) &
                wait
                """
            _ = try await fixture.control.start(fixture.spec(script, grace: .seconds(20)))
            try await fixture.until("the start") { fixture.log().contains("Z up") }
            _ = try await fixture.control.stop(fixture.name, grace: nil)
            #expect(fixture.log().contains("Z goodbye"))
        }
    }

    @Test func aNewClientFindsTheServiceOfTheOldOne() async throws {
        try await Self.with { fixture in
            let pid = try await fixture.control.start(fixture.spec("exec sleep 300")).pid
            let other = fixture.renewed()
            #expect(try await other.status(fixture.name).pid == pid)
            #expect(try await other.list().keys.map(\.fileName) == ["gateway+kong"])
            #expect(await other.adopt().adopted.isEmpty)
            let restarted = try await other.restart(fixture.name)
            #expect(restarted.state == .running)
            #expect(restarted.pid != pid)
            #expect(fixture.processes().count == 1)
        }
    }

    @Test func aKilledSupervisorIsReplacedAndItsServiceRunsOnce() async throws {
        try await Self.with { fixture in
            let first = try #require(try await fixture.control.start(fixture.spec("exec sleep 300")).pid)
            let supervisor = try #require(try await fixture.control.details(fixture.name)?.supervisor)
            kill(supervisor, SIGKILL)
            try await fixture.until("the supervisor's end") { ProcessTable.entry(supervisor).map(\.isZombie) ?? true }
            let orphaned = try #require(try await fixture.control.details(fixture.name))
            #expect(orphaned.state == .running && orphaned.supervisor == 0, "the service itself lives on")
            #expect(await fixture.renewed().adopt().adopted == [fixture.name])
            let status = try await fixture.control.status(fixture.name)
            #expect(status.state == .running)
            #expect(status.pid != first)
            #expect(fixture.processes().count == 1)
        }
    }

    @Test func aStartAfterTheSupervisorWasKilledReplacesTheOrphanToo() async throws {
        try await Self.with { fixture in
            // The service ignores SIGTERM and left its session: the recorded pid leads nowhere, the marker does.
            _ = try await fixture.control.start(
                fixture.spec(
                    "setsid sh -c 'trap \"\" TERM; sleep 300' & sleep 0.2; exec sleep 300", grace: .milliseconds(200)))
            try await fixture.until("both") { fixture.processes().count >= 3 }
            let supervisor = try #require(try await fixture.control.details(fixture.name)?.supervisor)
            kill(supervisor, SIGKILL)
            let status = try await fixture.renewed().start(fixture.spec("exec sleep 301"))
            #expect(fixture.processes().map(\.pid) == [status.pid])
        }
    }

    @Test func aRemovedSocketAndBrokenFilesAreRepaired() async throws {
        try await Self.with { fixture in
            _ = try await fixture.control.start(fixture.spec("exec sleep 300"))
            unlink("\(fixture.controlFolder)/socket")
            let status = try await fixture.control.start(fixture.spec("exec sleep 301"))
            #expect(fixture.processes().map(\.pid) == [status.pid])
            try await fixture.control.stopAll()
            for file in ["spec", "status", "pid", "socket"] {
                unlink("\(fixture.controlFolder)/\(file)")
                Files.replace("\(fixture.controlFolder)/\(file)", with: [0xff, 0x00, 0x0a, 0x3d])
            }
            #expect(try await fixture.control.status(fixture.name).state == .unknown)
            #expect(try await fixture.control.start(fixture.spec("exec sleep 302")).state == .running)
            #expect(fixture.processes().count == 1)
        }
    }

    @Test func aControlDirectoryThatIsTakenAwayDoesNotDoubleTheService() async throws {
        try await Self.with { fixture in
            _ = try await fixture.control.start(fixture.spec("exec sleep 300"))
            for file in Files.names(in: fixture.controlFolder) { unlink("\(fixture.controlFolder)/\(file)") }
            rmdir(fixture.controlFolder)
            let status = try await fixture.control.start(fixture.spec("exec sleep 301"))
            try await fixture.until("a single process") { fixture.processes().map(\.pid) == [status.pid] }
            // The old supervisor notices when its service is ended under it, and goes instead of starting it again.
            try await Task.sleep(for: .milliseconds(600))
            #expect(fixture.processes().map(\.pid) == [status.pid])
        }
    }

    @Test func theRuntimeLogIsRotatedAndEachLineHasItsTime() async throws {
        try await Self.with { fixture in
            _ = try await fixture.control.start(
                fixture.spec("i=0; while [ $i -lt 3000 ]; do echo line number $i; i=$((i+1)); done; exec sleep 300"))
            try await fixture.until("the last line") { fixture.log().contains("line number 2999") }
            let files = Files.names(in: "\(fixture.folder)/logs").sorted()
            let base = "runtime-gateway+kong.log"
            #expect(files == [base, "\(base).1", "\(base).2"])
            var lines: [Substring] = []
            for file in files.reversed() {
                let bytes = Files.read("\(fixture.folder)/logs/\(file)") ?? []
                #expect(bytes.count <= 20_000)
                lines += String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            }
            let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z line number (\d+)/
            let stamped = lines.filter { !$0.contains("[supervisor]") }
            let numbers = stamped.map { line in line.wholeMatch(of: form).flatMap { Int($0.output.1) } ?? -1 }
            #expect(numbers == Array((3000 - numbers.count)..<3000), "nothing is lost at a rotation")
        }
    }

    @Test func aFloodOfOutputCostsNoMemory() async throws {
        try await Self.with { fixture in
            _ = try await fixture.control.start(
                fixture.spec("head -c 100000000 /dev/zero | tr '\\0' x; echo; echo done; exec sleep 300"))
            try await fixture.until("the end of the flood") { fixture.log().hasSuffix("Z done\n") }
            let supervisor = try #require(try await fixture.control.details(fixture.name)?.supervisor)
            let text = String(decoding: Files.read("/proc/\(supervisor)/status", limit: 8192) ?? [], as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
            #expect((line.flatMap { Int($0.filter(\.isNumber)) } ?? .max) < 20_000)
        }
    }

    @Test func aDeepControlDirectoryWorksThoughASocketAddressCannotHoldItsPath() async throws {
        try await ScratchDirectory.with { folder in
            let deep = folder + "/" + (0..<6).map { _ in String(repeating: "d", count: 40) }.joined(separator: "/")
            let control = Self.control(in: deep)
            let name = SupervisedName(try #require(ServiceName("api")), part: "worker")
            let spec = SupervisedSpec(
                name: name, arguments: ["/bin/sleep", "300"], directory: folder, environment: [:],
                grace: .seconds(1))
            #expect(try await control.start(spec).state == .running)
            #expect(try await control.status(name).state == .running)
            try await control.remove(name)
            #expect(try await control.status(name).state == .unknown)
            #expect(Files.names(in: "\(deep)/services").isEmpty)
        }
    }

    @Test func theControlDirectoryIsClosedToOthers() async throws {
        try await Self.with { fixture in
            var spec = fixture.spec("exec sleep 300")
            spec.environment["SECRET"] = "hunter2"
            _ = try await fixture.control.start(spec)
            func mode(_ path: String) -> UInt32 {
                var information = stat()
                stat(path, &information)
                return UInt32(information.st_mode) & 0o777
            }
            #expect(mode(fixture.controlFolder) == 0o700)
            for file in ["socket", "spec", "status", "pid", "lock"] {
                #expect(mode("\(fixture.controlFolder)/\(file)") == 0o600, "\(file)")
            }
            let status = String(decoding: Files.read("\(fixture.controlFolder)/status") ?? [], as: UTF8.self)
            #expect(!status.contains("hunter2") && !fixture.log().contains("hunter2"))
        }
    }

    @Test(arguments: ["api", "gateway+kong", "api@worker", "gateway+kong@a_1"])
    func fileNamesReadBack(text: String) {
        #expect(SupervisedName(fileName: text)?.fileName == text)
    }

    @Test(arguments: ["", "..", "a+b+c", "@x", "a@b@c", "a b"]) func strangeFolderNamesAreNoServices(text: String) {
        #expect(SupervisedName(fileName: text) == nil)
    }
}
