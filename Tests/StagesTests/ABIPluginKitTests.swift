import PluginAPI
import Synchronization
import Testing

@testable import PluginKit

/// A plugin in Swift behind the C table, called as the worker calls it.
@Suite(.serialized) struct ABIPluginKitTests {
    struct Sample: DeployerPlugin {
        static let manifest = PluginManifest(
            id: "sample", version: "1.2.3", kinds: ["sample"],
            stages: [.init(.build, repeatable: true), .init(.deploy, repeatable: false)],
            services: [.process, .cancel],
            configuration: [
                "type": "object", "additionalProperties": false, "required": ["name"],
                "properties": [
                    "name": ["type": "string", "minLength": 1],
                    "jobs": ["type": "integer", "minimum": 1, "maximum": 8],
                ],
            ])
        let name: String

        static func detect(_ context: DetectContext) -> [KindEvidence] {
            context.sourceDirectory == "/yes"
                ? [KindEvidence(kind: "sample", confidence: 90, evidence: "it says yes")] : []
        }

        init(_ context: OpenContext) throws {
            name = context.options["name"]?.string ?? ""
            if name == "impossible" { throw InvalidOptions([.init("/name", "is impossible")]) }
        }

        struct Trouble: Error, CustomStringConvertible { var description: String { "trouble at the mill" } }

        func run(_ stage: PluginStage, _ context: StageContext) throws -> StageResult {
            switch context.revision {
            case "ok":
                context.log("hello \(name)", level: .warning)
                context.progress(0.25, "a quarter")
                context.output("url", "http://x")
                context.checkpoint([1, 2, 3])
                return .ok("built \(name)")
            case "throws": throw Trouble()
            case "fails": throw PluginFailure("sample.broken", "it is broken", detail: "at length")
            case "silent": return .failed("")
            case "retry": return .retryable("later", after: .seconds(3))
            case "long":
                let long = String(repeating: "ä", count: 50_000)
                var diagnostic = PluginDiagnostic(.error, code: "sample.long", summary: long)
                diagnostic.detail = long
                diagnostic.notes = [.init(long)]
                diagnostic.fixIts = [
                    .init(file: "a", startLine: 1, startColumn: 1, endLine: 1, endColumn: 1, replacement: long)
                ]
                context.diagnostic(diagnostic)
                context.progress(nil, long)
                #expect(!context.output("large", String(repeating: "x", count: 9_000_000)))
                #expect(!context.checkpoint([UInt8](repeating: 0, count: 2_000_000)))
                return .failed(long)
            case "refused":
                var diagnostic = PluginDiagnostic(.error, code: "sample.refused", summary: "no")
                diagnostic.notes = (0..<3).map { _ in .init("note") }
                context.diagnostic(diagnostic)
                return .failed("it failed")
            case "process": return .ok("\(try context.process.run(ProcessCommand(["x"])).outcome)")
            default: return .unsupported()
            }
        }
    }

    /// What the fake host was told.
    struct Told: Sendable {
        var lines: [String] = []
        var diagnostics: [(code: String, summary: String, pointer: String)] = []
        var summary = ""
        var outputs: [String: String] = [:]
        var progress: [Int32] = []
        var checkpoint: [UInt8] = []
        var retryAfter: UInt64 = 0
        var detections: [String] = []
    }
    private static let told = Mutex(Told())

    private static func makeHost() -> deployer_host {
        deployer_host(
            size: UInt64(MemoryLayout<deployer_host>.size), operation: 7, context: nil,
            get_extension: { _, _, _ in nil },
            log: { _, token, _, _, line in
                ABIPluginKitTests.told.withLock { $0.lines.append(String(line)) }
                return token == 7 ? 0 : 1
            },
            diagnostic: { _, _, diagnostic in
                guard let diagnostic = diagnostic?.pointee else { return 2 }
                let texts = [diagnostic.code, diagnostic.summary, diagnostic.detail]
                if texts.contains(where: { $0.length > DEPLOYER_CAP_TEXT }) || diagnostic.note_count == 3 { return 3 }
                if String(diagnostic.code) == "sample.refused" { return 3 }
                ABIPluginKitTests.told.withLock {
                    $0.diagnostics.append(
                        (String(diagnostic.code), String(diagnostic.summary), String(diagnostic.pointer)))
                }
                return 0
            },
            progress: { _, _, share, _ in
                ABIPluginKitTests.told.withLock { $0.progress.append(share) }
                return 0
            },
            output: { _, _, key, value in
                if value.length > DEPLOYER_CAP_OUTPUT_VALUE { return 3 }
                ABIPluginKitTests.told.withLock { $0.outputs[String(key)] = String(value) }
                return 0
            },
            checkpoint: { _, _, state in
                if state.length > DEPLOYER_CAP_CHECKPOINT { return 3 }
                ABIPluginKitTests.told.withLock { $0.checkpoint = [UInt8](state) }
                return 0
            },
            summary: { _, _, text in
                if text.length > DEPLOYER_CAP_TEXT { return 3 }
                ABIPluginKitTests.told.withLock { $0.summary = String(text) }
                return 0
            },
            retry_after: { _, _, milliseconds in
                ABIPluginKitTests.told.withLock { $0.retryAfter = milliseconds }
                return 0
            },
            detected: { _, _, detection in
                guard let detection = detection?.pointee else { return 2 }
                ABIPluginKitTests.told.withLock { $0.detections.append(String(detection.evidence)) }
                return 0
            })
    }

    private func table() throws -> deployer_plugin {
        var hello = deployer_hello()
        hello.size = UInt64(MemoryLayout<deployer_hello>.size)
        return try #require(PluginExport.table(for: Sample.self, hello: &hello)).pointee
    }

    /// Opens, runs, closes; returns the statuses and what was told.
    private func call(options: String, revision: String) throws -> (open: Int32, run: Int32?, told: Told) {
        Self.told.withLock { $0 = Told() }
        let table = try table()
        let arena = Arena()
        var host = Self.makeHost()
        var open = deployer_open_request()
        open.size = UInt64(MemoryLayout<deployer_open_request>.size)
        open.configuration = arena.string(options)
        var instance: UnsafeMutableRawPointer?
        let openFunction = try #require(table.open)
        let opened = openFunction(&open, &host, &instance)
        var ran: Int32?
        if opened == 0 {
            var run = deployer_run_request()
            run.size = UInt64(MemoryLayout<deployer_run_request>.size)
            run.stage = arena.string("build")
            run.revision = arena.string(revision)
            let runFunction = try #require(table.run)
            ran = runFunction(instance, &run, &host)
        }
        table.close?(instance)
        return withExtendedLifetime(arena) { (opened, ran, Self.told.withLock { $0 }) }
    }

    @Test func descriptionIsTheSameJSONEachTime() throws {
        let table = try table()
        func describe() -> String {
            Self.told.withLock { $0 = Told() }
            let status = table.describe?(nil) { _, piece in
                ABIPluginKitTests.told.withLock { $0.summary += String(piece) }
                return 0
            }
            #expect(status == 0)
            return Self.told.withLock { $0.summary }
        }
        let text = describe()
        #expect(text == describe())
        let parsed = try PluginJSON(parsing: Array(text.utf8))
        #expect(parsed["id"]?.string == "sample" && parsed["kinds"]?.strings == ["sample"])
        #expect(parsed["stages"]?.array?.count == 2 && parsed["services"]?.strings == ["process/1", "cancel/1"])
        #expect(parsed["configuration"] == Sample.manifest.configuration)
    }

    @Test func stageRunsAndSpeaks() throws {
        let result = try call(options: #"{"name":"x"}"#, revision: "ok")
        #expect(result.open == 0 && result.run == 0)
        #expect(result.told.lines == ["hello x"] && result.told.summary == "built x")
        #expect(result.told.progress == [2500] && result.told.outputs == ["url": "http://x"])
        #expect(result.told.checkpoint == [1, 2, 3] && result.told.diagnostics.isEmpty)
    }

    @Test(arguments: [
        ("throws", DEPLOYER_STATUS_FAILED, "plugin.failed", "trouble at the mill"),
        ("fails", DEPLOYER_STATUS_FAILED, "sample.broken", "it is broken"),
        ("silent", DEPLOYER_STATUS_FAILED, "plugin.failed", "the stage failed"),
        ("process", DEPLOYER_STATUS_FAILED, "host.unsupported", "process/1 run: unsupported"),
    ])
    func everyFailureHasItsDiagnostic(_ revision: String, _ status: Int32, _ code: String, _ text: String) throws {
        let result = try call(options: #"{"name":"x"}"#, revision: revision)
        #expect(result.run == status)
        #expect(result.told.diagnostics.count == 1)
        #expect(result.told.diagnostics.first?.code == code && result.told.diagnostics.first?.summary == text)
    }

    /// What is too long is cut, and what is refused all the same is not taken for reported.
    @Test func whatIsTooLongIsCutAndNotLost() throws {
        let long = try call(options: #"{"name":"x"}"#, revision: "long")
        #expect(long.run == DEPLOYER_STATUS_FAILED)
        #expect(long.told.diagnostics.map(\.code) == ["sample.long", "plugin.checkpoint"])
        let summary = try #require(long.told.diagnostics.first?.summary)
        #expect(summary.utf8.count <= Int(DEPLOYER_CAP_TEXT) && summary.hasSuffix("ä…"))
        #expect(long.told.summary.hasSuffix("ä…"))
        #expect(long.told.lines == ["the output 'large' is too large and not kept: 9000000 bytes"])
        #expect(long.told.outputs.isEmpty && long.told.checkpoint.isEmpty)

        let refused = try call(options: #"{"name":"x"}"#, revision: "refused")
        #expect(refused.told.diagnostics.map(\.code) == ["plugin.failed"])
        #expect(refused.told.diagnostics.map(\.summary) == ["it failed"])
    }

    @Test func otherStatusesPassThrough() throws {
        let retry = try call(options: #"{"name":"x"}"#, revision: "retry")
        #expect(retry.run == DEPLOYER_STATUS_RETRYABLE && retry.told.retryAfter == 3000)
        #expect(try call(options: #"{"name":"x"}"#, revision: "?").run == DEPLOYER_STATUS_UNSUPPORTED)
    }

    @Test(arguments: [
        ("", [""]), ("{", [""]), ("[]", [""]), ("{}", [""]), (#"{"name":""}"#, ["/name"]),
        (#"{"name":"x","jobs":0,"other":1}"#, ["/jobs", "/other"]), (#"{"name":3}"#, ["/name"]),
        (#"{"name":"impossible"}"#, ["/name"]), (#"{"name":"x","a/b~":1}"#, ["/a~1b~0"]),
    ])
    func optionsAreCheckedWithPointers(_ options: String, _ pointers: [String]) throws {
        let result = try call(options: options, revision: "ok")
        #expect(result.open == DEPLOYER_STATUS_INVALID_CONFIG && result.run == nil)
        #expect(result.told.diagnostics.map(\.pointer) == pointers)
        #expect(result.told.diagnostics.allSatisfy { $0.code == "config.invalid" && !$0.summary.isEmpty })
    }

    @Test func detectAnswersThroughItsSink() throws {
        Self.told.withLock { $0 = Told() }
        let table = try table()
        let arena = Arena()
        var host = Self.makeHost()
        var request = deployer_detect_request()
        request.size = UInt64(MemoryLayout<deployer_detect_request>.size)
        request.source_directory = arena.string("/yes")
        #expect(table.detect?(&request, &host) == 0)
        request.source_directory = arena.string("/no")
        #expect(table.detect?(&request, &host) == 0)
        withExtendedLifetime(arena) { #expect(Self.told.withLock { $0.detections } == ["it says yes"]) }
    }

    /// A host of an earlier minor: its table ends before the sinks that came later, and before all others.
    @Test(arguments: [16, 32, 40, 48, 88]) func shorterHostIsNoReasonToCrash(_ size: Int) throws {
        let table = try table()
        let arena = Arena()
        var host = Self.makeHost()
        host.size = UInt64(size)
        var open = deployer_open_request()
        open.size = UInt64(MemoryLayout<deployer_open_request>.size)
        open.configuration = arena.string(#"{"name":"x"}"#)
        var instance: UnsafeMutableRawPointer?
        #expect(table.open?(&open, &host, &instance) == 0)
        var run = deployer_run_request()
        run.size = UInt64(MemoryLayout<deployer_run_request>.size)
        run.revision = arena.string("ok")
        #expect(table.run?(instance, &run, &host) == 0)
        table.close?(instance)
        withExtendedLifetime(arena) {}
    }

    @Test(arguments: [
        #"{"a":[1,-2.5e3,true,null,"\u00e4\ud83d\ude00\n"],"b":{}}"#, "[]", " 0 ", #""""#, "[[[[1]]]]",
        "9223372036854775807",
    ])
    func jsonSurvivesTheWayThereAndBack(_ text: String) throws {
        let value = try PluginJSON(parsing: Array(text.utf8))
        #expect(try PluginJSON(parsing: Array(value.text.utf8)) == value)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "nul", "\"\\x\"", "\"\\ud800\"", "\"\u{1}\"", "1 2",
        "{\"a\":1,\"a\":2}",
        "1e999", String(repeating: "[", count: 100_000),
    ])
    func whatIsNotJSONIsRefused(_ text: String) {
        #expect(throws: PluginJSON.SyntaxError.self) { try PluginJSON(parsing: Array(text.utf8)) }
    }
}
