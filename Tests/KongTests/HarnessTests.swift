import KongDouble
import Model
import PluginConformance
import PluginTestSupport
import Testing

/// Every check of the harness, those that deploy included, against a gateway that remembers what it is given.
@Suite(
    .enabled(
        if: HarnessExample.absence(of: "libKongPlugin.so") == nil, "Kong's plugin or the host's programs are not built")
)
struct HarnessTests {
    @Test(.timeLimit(.minutes(10))) func thePluginPassesEveryCheck() async throws {
        let gateway = try KongDouble()
        defer { gateway.stop() }
        var example = HarnessExample(
            library: "libKongPlugin.so", source: ["kong.yaml": Sample.shop],
            state: #"{"hash":"1b2f6a5e0c9d4c7fb1c5b6a0a8c1d2e3","revision":"0000000000000000000000000000000000000007"}"#
        )
        example.change = ["kong.yaml": Sample.other]
        example.options = [
            "admin_url": .string(gateway.adminURL), "proxy_url": .string(gateway.proxyURL), "patience": .string("20s"),
            // The stage `restart` then has a command that may fail.
            "reload": .string("command"), "reload_command": .array([.string("true")]),
        ]
        example.live = { ([gateway.hash] + gateway.workerHashes).joined(separator: "\n") }
        let report = try await example.examine()
        #expect(example.complaints(report).isEmpty, "\(example.complaints(report).joined(separator: "\n"))")
        #expect(gateway.violations.isEmpty, "\(gateway.violations)")
        print("harness, Kong: \(HarnessExample.summary(report))")
    }
}
