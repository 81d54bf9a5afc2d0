import Model
import PluginConformance
import PluginTestSupport
import Testing

/// Every check of the harness, those that deploy included, with the real toolchain on a small package.
@Suite(
    .enabled(if: Deployer.canRun, "the plugin's library, PluginWorker or swift is not there"),
    .enabled(
        if: HarnessExample.absence(of: "libSwiftBuildPlugin.so") == nil,
        "SwiftBuild's plugin or the host's programs are not built"))
struct HarnessTests {
    private static let manifest = """
        // swift-tools-version: 6.0
        import PackageDescription

        let package = Package(
            name: "hello",
            targets: [
                .target(name: "Greeting"),
                .executableTarget(name: "hello", dependencies: ["Greeting"]),
                .testTarget(name: "GreetingTests", dependencies: ["Greeting"]),
            ])

        """
    private static let test = """
        import Greeting
        import Testing

        @Test func itGreets() { #expect(!greeting.isEmpty) }

        """

    private static func greeting(_ text: String) -> String { "public let greeting = \"\(text)\"\n" }

    @Test(.timeLimit(.minutes(15))) func thePluginPassesEveryCheck() async throws {
        let release = String(repeating: "0", count: 39) + "7"
        var example = HarnessExample(
            library: "libSwiftBuildPlugin.so",
            source: [
                "Package.swift": Self.manifest, "Sources/Greeting/Greeting.swift": Self.greeting("one"),
                "Sources/hello/main.swift": "import Greeting\n\nprint(greeting)\n",
                "Tests/GreetingTests/GreetingTests.swift": Self.test,
            ],
            state: #"{"version":1,"release":"\#(release)","revision":"\#(release)","previous":null}"#)
        example.change = ["Sources/Greeting/Greeting.swift": Self.greeting("two")]
        example.options = ["jobs": .integer(1), "configuration": .string("debug")]
        let noRequest = "none of its stages sent a request"
        example.skips = [
            "fault.refused": noRequest, "fault.status": noRequest, "fault.garbage": noRequest, "fault.large": noRequest,
        ]
        let report = try await example.examine()
        #expect(example.complaints(report).isEmpty, "\(example.complaints(report).joined(separator: "\n"))")
        print("harness, SwiftBuild: \(HarnessExample.summary(report))")
    }
}
