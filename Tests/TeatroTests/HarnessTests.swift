import Model
import PluginConformance
import PluginTestSupport
import TestSupport
import Testing

/// Every check of the harness, those that deploy included, with the real toolchain on a small engine.
@Suite(
    .enabled(if: hasSwift, "there is no swift on the PATH"),
    .enabled(
        if: HarnessExample.absence(of: "libTeatroPlugin.so") == nil,
        "Teatro's plugin or the host's programs are not built"))
struct HarnessTests {
    @Test(.timeLimit(.minutes(15))) func thePluginPassesEveryCheck() async throws {
        let release = String(repeating: "0", count: 39) + "7"
        var example = HarnessExample(
            library: "libTeatroPlugin.so", source: ViewEngine.files(),
            state: #"{"version":1,"release":"\#(release)","revision":"\#(release)","previous":null}"#)
        example.change = ["Views/intro.fountain": "EXT. STREET - NIGHT\n"]
        example.options = [
            "jobs": .integer(1), "configuration": .string("debug"),
            "formats": .array([.string("html"), .string("svg")]),
        ]
        let noRequest = "none of its stages sent a request"
        example.skips = [
            "fault.refused": noRequest, "fault.status": noRequest, "fault.garbage": noRequest, "fault.large": noRequest,
        ]
        let report = try await example.examine()
        #expect(example.complaints(report).isEmpty, "\(example.complaints(report).joined(separator: "\n"))")
        print("harness, Teatro: \(HarnessExample.summary(report))")
    }
}
