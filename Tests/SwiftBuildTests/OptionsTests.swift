import PluginKit
import SwiftBuildLogic
import Testing

@Suite struct OptionsTests {
    private func options(_ text: String) throws -> Options {
        let json = try PluginJSON(parsing: Array(text.utf8))
        let problems = OptionSchema(Options.schema).problems(in: json)
        guard problems.isEmpty else { throw InvalidOptions(problems) }
        return try Options(reading: json)
    }

    @Test func noOptionsAreTheDefaults() throws {
        #expect(try options("{}") == Options())
        #expect(Options().keepReleases == 5)
        #expect(Options().configuration == .release)
    }

    @Test func everyOptionIsRead() throws {
        let read = try options(
            """
            {"configuration": "debug", "jobs": 3, "resolution": "automatic", "build_arguments": ["-v"],
             "build_environment": {"A": "1"}, "build_inherit": ["FOO"], "toolchain": "/opt/x/bin/swift",
             "static_stdlib": true, "test": false, "test_arguments": ["--filter", "Fast"], "products": ["api", "tool"],
             "keep_releases": 2, "run": "api", "arguments": ["--serve"], "environment": {"PORT": 8080, "DEBUG": true},
             "secrets": {"TOKEN": "env:API_TOKEN"}, "inherit": ["HTTP_PROXY"], "directory": "/srv/api", "grace": "30s",
             "systemd_unit": "api.service", "systemd_user": true, "settle": 0.5}
            """)
        var expected = Options()
        expected.configuration = .debug
        expected.jobs = 3
        expected.resolution = .automatic
        expected.buildArguments = ["-v"]
        expected.buildEnvironment = ["A": "1"]
        expected.buildInherit = ["FOO"]
        expected.toolchain = "/opt/x/bin/swift"
        expected.staticStandardLibrary = true
        expected.test = false
        expected.testArguments = ["--filter", "Fast"]
        expected.products = ["api", "tool"]
        expected.keepReleases = 2
        expected.run = .product("api")
        expected.arguments = ["--serve"]
        expected.environment = ["PORT": "8080", "DEBUG": "true"]
        expected.secrets = ["TOKEN": "env:API_TOKEN"]
        expected.inherit = ["HTTP_PROXY"]
        expected.directory = "/srv/api"
        expected.grace = .seconds(30)
        expected.systemdUnit = "api.service"
        expected.systemdUser = true
        expected.settle = .milliseconds(500)
        #expect(read == expected)
    }

    @Test func runFalseRunsNothing() throws {
        #expect(try options(#"{"run": false}"#).run == .nothing)
        #expect(try options(#"{"run": true}"#).run == .automatic)
    }

    @Test(arguments: [
        (#"{"jobs": 0}"#, ["/jobs"]),
        (#"{"jobs": "four"}"#, ["/jobs"]),
        (#"{"configuration": "fast"}"#, ["/configuration"]),
        (#"{"product": ["api"]}"#, ["/product"]),
        (#"{"products": []}"#, ["/products"]),
        (#"{"products": ["../api"]}"#, ["/products/0"]),
        (#"{"products": ["api"], "run": "tool"}"#, ["/run"]),
        (#"{"toolchain": "swift"}"#, ["/toolchain"]),
        (#"{"environment": {"9LIVES": "x", "A=B": "y"}}"#, ["/environment/9LIVES", "/environment/A=B"]),
        (#"{"environment": {"A": ["x"]}}"#, ["/environment/A"]),
        (#"{"environment": {"A": "x"}, "secrets": {"A": "env:A"}}"#, ["/secrets/A"]),
        (#"{"inherit": ["OK", ""]}"#, ["/inherit/1"]),
        (#"{"grace": "soon"}"#, ["/grace"]),
        (#"{"grace": "2h"}"#, ["/grace"]),
        (#"{"grace": -1}"#, ["/grace"]),
        (#"{"grace": 1e21}"#, ["/grace"]),
        (#"{"settle": 1e300}"#, ["/settle"]),
        (#"{"systemd_unit": "../x.service"}"#, ["/systemd_unit"]),
        (#"{"systemd_unit": "--now.service"}"#, ["/systemd_unit"]),
        (#"{"systemd_unit": "api"}"#, ["/systemd_unit"]),
        (#"{"systemd_user": true}"#, ["/systemd_user"]),
        (#"{"arguments": ["a\u0000b"]}"#, ["/arguments/0"]),
        (#"{"directory": "var", "toolchain": "swift", "grace": "x"}"#, ["/toolchain", "/directory", "/grace"]),
    ])
    func whatIsWrongIsNamedByItsPointer(_ text: String, _ pointers: [String]) throws {
        let invalid = try #require(throws: InvalidOptions.self) { try options(text) }
        #expect(invalid.problems.map(\.pointer) == pointers)
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 1), (4, 2), (16, 8)])
    func aBuildTakesHalfOfTheProcessors(_ processors: Int, _ jobs: Int) {
        #expect(Options().effectiveJobs(processors: processors) == jobs)
        var options = Options()
        options.jobs = 7
        #expect(options.effectiveJobs(processors: processors) == 7)
    }

    @Test func theManifestDescribesWhatTheHostHasToOffer() throws {
        let document = try PluginJSON(parsing: Array(SwiftBuildPlugin.manifest.document.utf8))
        #expect(document["id"] == "swift-build")
        #expect(document["kinds"] == ["swift"])
        #expect(
            document["stages"]?.array?.compactMap { $0["name"]?.string }
                == ["build", "test", "deploy", "restart", "health", "rollback", "plan"])
        #expect(document["services"] == ["process/1", "supervise/1", "cancel/1"])
        #expect(document["configuration"]?["additionalProperties"] == false)
        #expect(SwiftBuildPlugin.manifest.document == SwiftBuildPlugin.manifest.document)
    }
}
