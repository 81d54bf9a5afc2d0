import Model
import PluginConformance
import Testing

/// One mistake each: the check that is about it fails, and says what was wrong.
@Suite struct MistakeTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var check: String
        var macros: [String: String]
        /// What the finding must say.
        var says: String
        var testDescription: String { "\(check) \(macros.map { "\($0.key)=\($0.value)" }.joined(separator: " "))" }

        init(_ check: String, _ macros: [String: String], _ says: String) {
            self.check = check
            self.macros = macros
            self.says = says
        }
        /// The mock does this in every stage.
        init(_ check: String, run: String, _ says: String) { self.init(check, ["MOCK_RUN": "\"\(run)\""], says) }
        /// The mock was told so by its options, of which these are the default.
        init(_ check: String, does: String, _ says: String) { self.init(check, ["MOCK_DO": "\"\(does)\""], says) }
        init(_ check: String, open: String, _ says: String) { self.init(check, ["MOCK_OPEN": "\"\(open)\""], says) }
        init(_ check: String, describe: String, _ says: String) {
            self.init(check, ["MOCK_DESCRIBE": "\"\(describe)\""], says)
        }
    }

    static let loading = [
        Mistake("load.now", ["MOCK_CONSTRUCTOR": "\"segv\""], "crashed with SIGSEGV while it is loaded"),
        Mistake("load.now", ["MOCK_CONSTRUCTOR": "\"exit0\""], "left with exit(0) while it is loaded"),
        Mistake(
            "load.now", ["MOCK_CONSTRUCTOR": "\"hang\""], "was not done after 8.0 s, and was ended while it is loaded"),
        Mistake("load.now", ["MOCK_UNDEFINED": ""], "undefined symbol: nobody_has_this"),
        Mistake("load.now", ["MOCK_NO_ENTRY": ""], "has no function codex_deployer_plugin_entry_v1"),
        Mistake("load.now", ["MOCK_REFUSES": ""], "refused: this mock wants no host"),
        Mistake("load.now", ["MOCK_REFUSES_SILENTLY": ""], "refused, without a reason"),
        Mistake("load.now", ["TABLE_SIZE": "(~0ull)"], "18446744073709551615 bytes, which no struct"),
        Mistake("load.now", ["TABLE_SIZE": "(1000000)"], "says that it has 1000000 bytes, but in the header of minor"),
        Mistake("load.now", ["TABLE_SIZE": "8"], "8 bytes, which leaves no room for run"),
        Mistake("load.now", ["LEAST_MINOR": "1000"], "it needs ABI 1.1000 or later"),
        Mistake("load.exports", ["MOCK_EXPORTS": ""], "1 other symbol: somebody_elses_function"),
        Mistake("describe.valid", describe: "segv", "crashed with SIGSEGV"),
        Mistake("describe.valid", describe: "exit0", "left with exit(0)"),
        Mistake("describe.valid", describe: "hang", "did not describe itself within 8.0 s"),
        Mistake("describe.valid", describe: "print-for-ever", "did not describe itself within 8.0 s"),
        Mistake("describe.valid", describe: "garbage", "not JSON"),
        Mistake("describe.valid", describe: "bad-id", "'../x' is not [a-z0-9-]"),
        Mistake("describe.valid", describe: "empty", "not JSON"),
        Mistake("describe.valid", describe: "close-socket", "closed its connection"),
        Mistake("describe.same", describe: "another", "is not that of before"),
        Mistake(
            "describe.pure", describe: "opens-file", "in describe, it called openat 1 time, first with '/etc/hostname'"),
        Mistake("describe.pure", describe: "opens-socket", "in describe, it called socket 1 time"),
        Mistake("describe.pure", describe: "forks", "in describe, it started a process"),
        Mistake("describe.pure", describe: "leak-thread", "after describe, 1 more thread is running"),
        Mistake("describe.time", describe: "slow", "it took 15"),
    ]

    static let contract = [
        Mistake("version.host-minor", ["MOCK_ONLY_THIS_HOST": ""], "refuses a host of minor 4294967295"),
        Mistake(
            "version.host-minor", ["LEAST_MINOR": "1", "MOCK_SILENT_WHEN_OLD": ""],
            "it refuses a host of minor 0 without saying why"),
        Mistake("version.shorter-structs", run: "exact-size", "with shorter structs call"),
        Mistake("version.longer-structs", run: "exact-size", "was answered with RETRYABLE, otherwise with OK"),
        Mistake("version.extensions", ["MOCK_EXTENSION": ""], "get_extension(\"no-such-extension/1\") is not NULL"),
        Mistake("contract.stages", does: "segv", "crashed with SIGSEGV while run works on 'build'"),
        Mistake("contract.stages", does: "ill", "crashed with SIGILL"),
        Mistake("contract.stages", does: "exit0", "left with exit(0) while run works on 'build'"),
        Mistake("contract.stages", does: "hang", "'build' was not back 1800 ms after its deadline"),
        Mistake("contract.stages", does: "print-for-ever", "'build' was not back 1800 ms after its deadline"),
        Mistake("contract.stages", does: "close-socket", "'build' was not back 1800 ms after its deadline"),
        Mistake("contract.stages", does: "status-99", "build was answered with the unknown status 99"),
        Mistake("contract.stages", does: "fail-silently", "FAILED and no diagnostic"),
        Mistake("contract.stages", run: "unsupported", "'build' is advertised and answered with UNSUPPORTED"),
        Mistake("contract.stages", open: "segv", "crashed with SIGSEGV while open runs"),
        Mistake("contract.stages", open: "hang", "open was not back after"),
        Mistake(
            "contract.stages", does: "stream-early",
            "'build' breaks the rules of a host service: a stream was read before its answer was asked for"),
        Mistake(
            "contract.stages", does: "stream-late",
            "'build' breaks the rules of a host service: a stream that there is not was read"),
        Mistake("contract.unknown-stage", ["MOCK_LOOSE_STAGES": ""], "the stage 'no-such-stage', which there is not"),
        Mistake("contract.missing-services", run: "need-services", "crashed with SIGSEGV while run works on 'build'"),
        Mistake("contract.fuzz", open: "accept", "open accepted options that are a megabyte of random bytes"),
        Mistake(
            "contract.schema", ["MOCK_SCHEMA": #"",\"properties\":{\"n\":{\"type\":\"integer\",\"default\":\"x\"}}""#],
            "/properties/n/default is a text, not integer"),
        Mistake(
            "contract.schema", ["MOCK_SCHEMA": #"",\"required\":[\"url\"]""#], "'url' is required and not among"),
        Mistake(
            "contract.schema",
            ["MOCK_SCHEMA": #"",\"properties\":{\"do\":{\"type\":\"string\",\"default\":\"invalid\"}}""#],
            "its defaults are refused: must be a word (/do)"),
        Mistake(
            "contract.invalid-config",
            ["MOCK_SCHEMA": #"",\"properties\":{\"n\":{\"type\":\"integer\"}}""#, "MOCK_OPEN": "\"vague\""],
            "no diagnostic points to /n, but to /somewhere"),
        Mistake(
            "contract.invalid-config", ["MOCK_SCHEMA": #"",\"additionalProperties\":false""#],
            "options with an unknown member were accepted"),
    ]

    static let memory = [
        Mistake("memory.inputs", run: "keep-pointer", "crashed with SIGSEGV while run works on 'test'"),
        Mistake("memory.inputs", run: "read-on", "crashed with SIGSEGV while run works on 'build'"),
        Mistake("life.open-close", open: "leak-descriptor", "left 100 descriptors open"),
        Mistake("life.open-close", open: "leak-memory", "bytes of memory that were not given back"),
        Mistake("life.open-close", open: "leak-thread", "left 100 threads behind"),
        Mistake("life.failed-open", open: "leak-descriptor", "left 100 descriptors open"),
        Mistake("life.failed-open", ["MOCK_CLOSE_TRUSTS": ""], "crashed with SIGSEGV while close"),
        Mistake("life.runs", run: "leak-descriptor", "left 20 descriptors open"),
        Mistake("life.instances", run: "share-everything", "once another had been closed"),
        Mistake("sinks.after-return", does: "late", "came after the call that they were given for had returned"),
        Mistake("sinks.after-return", run: "crash-later", "crashed with SIGSEGV"),
        Mistake("sinks.token", does: "foreign-token", "with a token that is none of its operation"),
        Mistake("sinks.strings", run: "garbage-text", "a summary is not UTF-8 (10 bytes)"),
        Mistake("sinks.strings", does: "strings", "cannot be used: a log line"),
        Mistake("sinks.threads", run: "leak-thread", "'build' returned and left 1 thread running"),
    ]

    static let faults = [
        Mistake("cancel.before", run: "hang-when-cancelled", "'build' was not back"),
        Mistake("cancel.during", run: "ignore-cancel", "'build' was not back"),
        Mistake("cancel.after", run: "crash-when-cancelled", "crashed with SIGSEGV"),
        Mistake("cancel.deadline", run: "try-for-ever", "'build' was not back"),
        Mistake("fault.hung", run: "ignore-cancel", "'build' was not back"),
        Mistake("fault.hung", run: "careless", "though all it wanted done was cancelled"),
        Mistake("fault.spawn", run: "careless", "'build' said OK, though none of its commands could be started"),
        Mistake("fault.exit", run: "careless", "'deploy' said OK, though all of its commands ended with exit code 1"),
        Mistake("fault.killed", run: "careless", "'test' said OK, though all of its commands were killed"),
        Mistake("fault.output", run: "keep-output", "MiB of memory for a command that printed 100 MiB"),
        Mistake("fault.disk", run: "crash-on-full-disk", "crashed with SIGABRT while run works on 'build'"),
        Mistake("fault.garbage", run: "believe-body", "crashed with SIGSEGV while run works on 'build'"),
        Mistake("fault.large", run: "small-buffer", "crashed with SIGSEGV while run works on 'build'"),
        Mistake("fault.refused", does: "http", "'build' said OK, though nobody answered its requests"),
        Mistake("fault.status", does: "http", "'deploy' said OK, though all of its requests were answered with 500"),
        Mistake("fault.refused", does: "stream-careless", "'build' said OK, though nobody answered its requests"),
        Mistake(
            "fault.status", does: "stream-careless", "'test' said OK, though all of its requests were answered with 500"
        ),
        Mistake("cancel.during", does: "stream-careless", "though all it wanted done was cancelled"),
        Mistake(
            "state.garbage", run: "trust-state",
            "crashed with SIGSEGV while run works on 'build', with a state that is empty"),
        Mistake("process.directory", run: "chdir", "after 'build', the working directory is '/'"),
        Mistake("process.umask", run: "umask", "after 'build', the umask is 000"),
        Mistake("process.locale", run: "locale", "after 'build', the locale is 'C.UTF-8' instead of 'C'"),
        Mistake("process.signals", run: "signal", "signal 15 (Terminated) has another handler"),
        Mistake("process.signals", run: "block-signal", "signal 2 (Interrupt) is blocked"),
        Mistake("process.environment", run: "setenv", "the environment has 'MOCK_WAS_HERE=yes'"),
        Mistake("process.descriptors", run: "close-3", "descriptor 3 is closed"),
        Mistake("process.descriptors", does: "half-frame", "something was written to descriptor 3"),
        Mistake("process.forks", does: "daemon", "in 'build', it started a process"),
        Mistake("process.forks", run: "forks", "in 'build', it started a process"),
        Mistake("process.sockets", run: "opens-socket", "in 'build', it called socket 1 time"),
        Mistake("detect.tree", ["MOCK_DETECT_WRITES": ""], "after detect, 'mock.mock' is new"),
        Mistake("detect.tree", ["MOCK_DETECT": "\"segv\""], "detect crashed, hung or failed"),
        Mistake("detect.claims", ["MOCK_DETECT_CLAIMS": ""], "an empty folder was claimed as 'mock'"),
    ]

    @Test(arguments: loading + contract + memory + faults) func theRightCheckFailsWithTheRightSentence(
        _ mistake: Mistake
    )
        async throws
    {
        let report = try await HarnessFixture.examine(mock: mistake.macros, filters: [mistake.check])
        let result = try #require(report.result(mistake.check), "\(report.text)")
        #expect(result.word == (result.isRequired ? "failed" : "warning"), "\(report.text)")
        #expect(report.findings(mistake.check).contains(mistake.says), "\(report.text)")
        #expect(report.isPassed != result.isRequired)
        #expect(!result.expects.isEmpty && !result.reading.isEmpty)
    }

    /// What a build wanted may have been a second opinion; what is deployed is deployed or not.
    @Test func warningExcusesABuildAndNoDeploy() async throws {
        let report = try await HarnessFixture.examine(mock: ["MOCK_RUN": "\"careless-aloud\""], filters: ["fault.exit"])
        let found = report.findings("fault.exit")
        #expect(found == "'deploy' said OK, though all of its commands ended with exit code 1", "\(report.text)")
    }
}
