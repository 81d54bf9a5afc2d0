import KongLogic
import Model
import PluginKit
import PluginSupport
import Testing

/// What a failure of the machine means for the commit: nothing, where it passes by itself.
@Suite struct FailureTests {
    @Test(arguments: [
        (Failure.Scheduling.wait(for: "disk space"), StageResult.Status.unavailable, PluginDiagnostic.Severity.warning),
        (.retry, .retryable, .warning), (.stop, .failed, .error),
    ]) func failureIsScheduledAsItSays(
        _ scheduling: Failure.Scheduling, _ status: StageResult.Status, _ severity: PluginDiagnostic.Severity
    ) async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let host = bench.host()
            let failure = Failure(
                .diskFull, "cannot write x", remedy: "Free space.", cause: "No space left on device",
                scheduling: scheduling)
            let result = StageRun.result(of: failure, host)
            #expect(result.status == status)
            #expect(result.summary == "cannot write x: No space left on device - Free space.")
            let reported = try #require(host.told.diagnostics.first)
            #expect(reported.severity == severity && reported.code == "host.disk-full")
            #expect(reported.detail == "No space left on device\nFree space.")
        }
    }

    @Test func durationsAreReadTheSameEverywhere() {
        var problems: [InvalidOptions.Problem] = []
        let options: PluginJSON = [
            "text": "1m30s", "number": 2.5, "zero": 0, "long": "2h", "huge": 1e300, "negative": -1, "word": "soon",
            "list": [],
        ]
        func read(_ key: String, from least: Duration? = nil) -> Duration? {
            options.duration(key, from: least, upTo: .seconds(3600), &problems)
        }
        #expect(read("text") == .seconds(90) && read("number") == .seconds(2.5))
        #expect(read("nothing") == nil && read("zero", from: .zero) == .zero)
        #expect(problems.isEmpty)
        for key in ["zero", "long", "huge", "negative", "word", "list"] { #expect(read(key) == nil) }
        #expect(problems.map(\.pointer) == ["/zero", "/long", "/huge", "/negative", "/word", "/list"])
    }
}
