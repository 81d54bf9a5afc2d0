import Foundation
import Model
import PluginConformance
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The whole list against good plugins and against ones with which nothing can be done, and what is said of it.
@Suite struct ReportTests {
    @Test func cExamplePassesEverythingThatApplies() async throws {
        try await ScratchDirectory.with { folder in
            let library = "\(folder)/files.so"
            try await MockPlugins.compile(MockPlugins.example, to: library)
            let report = try await HarnessFixture.examine(library, in: folder) { options, _ in
                options.source = HarnessFixture.site
            }
            #expect(report.isPassed && report.warnings.isEmpty, "\(report.text)")
            #expect(report.results.map(\.name) == Conformance.names)
            #expect(report.plugin.id == "files" && report.plugin.digest.count == 64)
            let skipped = Set(report.results.filter(\.isSkipped).map(\.name))
            #expect(
                skipped == [
                    "fault.refused", "fault.status", "fault.garbage", "fault.large", "detect.tree", "detect.claims",
                    "secret.canary", "rollback.state", "state.old",
                ], "\(report.text)")
            #expect(report.results.filter(\.isSkipped).allSatisfy { !$0.findings.joined().isEmpty })
        }
    }

    /// As the tests of another package would ask.
    @Test func examinationSaysTheSame() async throws {
        try await ScratchDirectory.with { folder in
            let library = "\(folder)/files.so"
            try await MockPlugins.compile(MockPlugins.example, to: library)
            let programs = HarnessFixture.options(library, in: folder).programs
            let examination = try await PluginExamination(
                library: library, programs: programs, options: #"{"colour": "red"}"#,
                filters: ["contract.stages", "load.now"])
            #expect(examination.isPassed, "\(examination.text)")
            #expect(examination.checks.map(\.name) == ["load.now", "contract.stages"])
            #expect(examination.checks[1].result == "skipped", "\(examination.text)")
            #expect(examination.checks[1].findings.joined().contains("no options"), "\(examination.text)")
        }
    }

    @Test func plainMockPasses() async throws {
        let report = try await HarnessFixture.examine(mock: [:])
        #expect(report.isPassed, "\(report.text)")
    }

    /// http-stream/1 is there for the scripted stages, and what it does is counted as requests.
    @Test func mockThatUsesStreamsWithCarePasses() async throws {
        let report = try await HarnessFixture.examine(mock: ["MOCK_DO": "\"stream-careful\""])
        #expect(report.isPassed, "\(report.text)")
        let told = report.findings("contract.stages")
        #expect(told.contains("build OK, test OK, deploy OK"), "\(report.text)")
        for check in ["refused", "status", "garbage", "large"] {
            #expect(report.result("fault.\(check)")?.word == "passed", "\(report.text)")
        }
    }

    /// What cannot be loaded, described or run has one failure, not forty.
    @Test(arguments: [
        (["MOCK_CONSTRUCTOR": "\"segv\""], "load.now"), (["MOCK_DESCRIBE": "\"exit0\""], "describe.valid"),
        (["MOCK_DO": "\"segv\""], "contract.stages"), (["MOCK_DO": "\"print-for-ever\""], "contract.stages"),
    ])
    func whatStandsOnABrokenCheckIsSkipped(_ macros: [String: String], _ check: String) async throws {
        let report = try await HarnessFixture.examine(mock: macros)
        #expect(report.failures == [check], "\(report.text)")
        #expect(report.results.contains { $0.isSkipped && $0.findings == ["'\(check)' failed"] }, "\(report.text)")
        #expect(report.count("skipped") > 20)
    }

    @Test func libraryOfATargetWithAnOlderGlibcIsFound() async throws {
        let report = try await HarnessFixture.examine(mock: [:], filters: ["load.glibc"]) { options, _ in
            options.glibc = "2.0"
        }
        #expect(report.findings("load.glibc").contains("of libc.so.6, the target has 2.0"), "\(report.text)")
    }

    @Test func libraryThatOnlyTheToolchainHasIsFound() async throws {
        try await ScratchDirectory.with { folder in
            let toolchain = "\(folder)/toolchain/usr"
            for part in ["bin", "lib/swift/linux"] {
                try FileManager.default.createDirectory(
                    atPath: "\(toolchain)/\(part)", withIntermediateDirectories: true)
            }
            try Data().write(to: URL(fileURLWithPath: "\(toolchain)/bin/swiftc"))
            let runtime = "\(toolchain)/lib/swift/linux"
            try await MockPlugins.build("\(runtime)/libmockruntime.so", ["MOCK_NO_ENTRY": ""])
            let library = "\(folder)/mock.so"
            try await MockPlugins.compile(
                "\(HarnessFixture.root)/Tests/MockPlugins/mock.c", to: library,
                ["-Wl,--no-as-needed", "-L\(runtime)", "-lmockruntime", "-Wl,-rpath,\(runtime)"])
            let report = try await HarnessFixture.examine(library, in: folder, filters: ["load."])
            #expect(report.failures == ["load.libraries"], "\(report.text)")
            #expect(report.findings("load.libraries").contains("libmockruntime.so: cannot open"), "\(report.text)")
        }
    }

    @Test func whatIsNoLibraryIsNamed() async throws {
        try await ScratchDirectory.with { folder in
            let file = "\(folder)/text.so"
            try Data("this is no library\n".utf8).write(to: URL(fileURLWithPath: file))
            let report = try await HarnessFixture.examine(file, in: folder)
            #expect(report.findings("load.architecture").contains("it is no ELF library"), "\(report.text)")
            #expect(report.failures.contains("load.now"))
        }
    }

    @Test func libraryForAnotherMachineIsNamed() async throws {
        try await ScratchDirectory.with { folder in
            let library = "\(folder)/mock.so"
            try await MockPlugins.build(library)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: library))
            // e_machine of the ELF header: a SPARC.
            bytes[18] = 2
            bytes[19] = 0
            try bytes.write(to: URL(fileURLWithPath: library))
            let report = try await HarnessFixture.examine(library, in: folder, filters: ["load.architecture"])
            #expect(report.result("load.architecture")?.word == "failed", "\(report.text)")
        }
    }

    /// Each check has a plugin that fails it: here, or in the tests of its own.
    @Test func everyCheckIsKnownToFailForSomebody() {
        let mistaken = MistakeTests.loading + MistakeTests.contract + MistakeTests.memory + MistakeTests.faults
        let elsewhere = [
            "load.architecture", "load.libraries", "load.glibc", "secret.canary", "deploy.twice", "deploy.killed",
            "deploy.cancelled", "rollback.state", "state.old",
        ]
        let missing = Set(Conformance.names).subtracting(mistaken.map(\.check)).subtracting(elsewhere)
        #expect(missing.isEmpty, "\(missing.sorted())")
    }

    @Test func sameSeedTriesTheSame() async throws {
        var reports: [ConformanceReport] = []
        for _ in 0..<2 {
            reports.append(
                try await HarnessFixture.examine(mock: ["MOCK_OPEN": "\"accept\""], filters: ["contract.fuzz"]))
        }
        #expect(reports[0].findings("contract.fuzz") == reports[1].findings("contract.fuzz"))
        #expect(reports[0].findings("contract.fuzz").contains("repeat with --seed 7"))
    }

    @Test func wrongUsageSaysWhatToDo() async throws {
        await #expect(throws: Failure.self) {
            _ = try await HarnessFixture.examine("/no/such/library.so", in: "/tmp")
        }
        await #expect(throws: Failure.self) {
            _ = try await HarnessFixture.examine(mock: [:], filters: ["no-such-check"])
        }
        await #expect(throws: Failure.self) {
            _ = try await HarnessFixture.examine(mock: [:]) { options, _ in options.kind = "another" }
        }
    }

    @Test func formsForMachinesHoldEverything() async throws {
        let report = try await HarnessFixture.examine(
            mock: ["MOCK_DO": "\"status-99\"", "MOCK_ID": "\"a-b\""], filters: ["contract.", "load."])
        let document = ConformanceDocument(report)
        let again = try JSONDecoder().decode(ConformanceDocument.self, from: JSONEncoder().encode(document))
        #expect(again.schema == 1 && !again.passed && again.seed == 7 && again.id == "a-b")
        #expect(again.checks.map(\.name) == report.results.map(\.name))
        #expect(again.checks.first { $0.name == "contract.stages" }?.result == "failed")

        let parser = XMLParser(data: Data(report.junit.utf8))
        let counter = ElementCounter()
        parser.delegate = counter
        #expect(parser.parse(), "\(report.junit)")
        #expect(counter.counts["testcase"] == report.results.count)
        #expect(counter.counts["failure"] == report.failures.count && report.failures.count > 0)
        #expect(counter.counts["skipped", default: 0] == report.results.count(where: \.isSkipped))
    }

    @Test func namesAreUniqueAndEveryCheckIsOnThePage() throws {
        #expect(Set(Conformance.names).count == Conformance.names.count)
        let page = try String(contentsOfFile: "\(HarnessFixture.root)/Documentation/TestingAPlugin.md", encoding: .utf8)
        #expect(page.contains("\(Conformance.names.count) checks"))
        for name in Conformance.names { #expect(page.contains("`\(name)`"), "\(name)") }
    }
}
