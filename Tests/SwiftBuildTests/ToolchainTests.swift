import Diagnostics
import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TestSupport
import Testing

@Suite struct ToolchainTests {
    private func toolchain(_ options: Options = Options(), resolved: Bool = false) async throws -> Toolchain {
        try await ScratchDirectory.with { root in
            var place = Workplace(root)
            place.call.isResolved = resolved
            return Toolchain(options, call: place.call, processors: 6)
        }
    }

    @Test func theBuildIsPinnedAndLimited() async throws {
        let toolchain = try await toolchain()
        let arguments = toolchain.build.arguments
        #expect(Array(arguments.prefix(4)) == ["swift", "build", "-c", "release"])
        #expect(arguments.contains(["--scratch-path", toolchain.scratchDirectory]))
        #expect(arguments.contains(["--build-system", "native"]))
        #expect(arguments.contains(["--jobs", "3"]))
        #expect(arguments.contains(["-Xswiftc", "-diagnostic-style=llvm"]))
        #expect(!arguments.contains("--only-use-versions-from-resolved-file"))
        #expect(toolchain.build.directory == toolchain.sourceDirectory)
    }

    @Test func aResolvedFileIsFollowedUnlessTheOperatorSaysOtherwise() async throws {
        var options = Options()
        let locked = try await toolchain(options, resolved: true)
        #expect(locked.build.arguments.contains("--only-use-versions-from-resolved-file"))
        #expect(locked.test(events: "/e", crashes: "/c").arguments.contains("--only-use-versions-from-resolved-file"))
        #expect(locked.describe.arguments.contains("--only-use-versions-from-resolved-file"))
        options.resolution = .automatic
        let automatic = try await toolchain(options, resolved: true)
        #expect(!automatic.build.arguments.contains("--only-use-versions-from-resolved-file"))
    }

    @Test func nothingOfTheDaemonReachesTheBuildUnasked() async throws {
        var options = Options()
        options.buildInherit = ["CI"]
        options.buildEnvironment = ["GIT_TERMINAL_PROMPT": "1", "X": "y"]
        let command = try await toolchain(options).build
        #expect(command.inherit.contains("CI"))
        #expect(command.inherit.allSatisfy { !$0.contains("TOKEN") && !$0.contains("KEY") })
        #expect(command.environment == ["GIT_TERMINAL_PROMPT": "1", "X": "y"])
        #expect(try await toolchain().build.environment == ["GIT_TERMINAL_PROMPT": "0"])
    }

    @Test func testsReportThroughTheEventStreamAndCrashFiles() async throws {
        var options = Options()
        options.testArguments = ["--filter", "Fast"]
        let command = try await toolchain(options).test(events: "/s/events", crashes: "/s/crashes")
        #expect(Array(command.arguments.prefix(4)) == ["swift", "test", "--event-stream-output-path", "/s/events"])
        #expect(Array(command.arguments.suffix(2)) == ["--filter", "Fast"])
        #expect(command.environment["SWIFT_BACKTRACE"]?.contains("output-to=/s/crashes/") == true)
        #expect(command.environment["SWIFT_BACKTRACE"]?.contains("format=json") == true)
    }

    @Test func aFolderThatCannotStandInTheSettingGetsNoCrashFiles() {
        #expect(Toolchain.backtraces(into: "/srv/a,b") == nil)
    }

    /// Its fix-its would be lost where the very first build fails.
    @Test func theFindingsOfAFirstBuildThatFailedAreFound() async throws {
        try await ScratchDirectory.with { root in
            let toolchain = Toolchain(Options(), call: Workplace(root).call)
            let folder = "\(toolchain.scratchDirectory)/x86_64-unknown-linux-gnu/release"
            let make = { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true) }
            try make("\(toolchain.scratchDirectory)/x86_64-unknown-linux-gnu/debug")
            try make(folder)
            #expect(Package.compiled(toolchain, .release) == folder)
            try make("\(toolchain.scratchDirectory)/release")
            #expect(Package.compiled(toolchain, .release) == "\(toolchain.scratchDirectory)/release")
        }
    }

    @Test func theOperatorChoosesTheToolchain() async throws {
        var options = Options()
        options.toolchain = "/opt/other/bin/swift"
        options.staticStandardLibrary = true
        let toolchain = try await toolchain(options)
        #expect(toolchain.build.arguments.first == "/opt/other/bin/swift")
        #expect(toolchain.build.arguments.contains("--static-swift-stdlib"))
        #expect(!toolchain.test(events: "/e", crashes: "/c").arguments.contains("--static-swift-stdlib"))
    }

    @Test func aMissingToolchainSaysWhatToInstall() async throws {
        try await ScratchDirectory.with { root in
            var place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            place.call.service = "api"
            for stage in ["build", "deploy", "test"] {
                let host = FakeHost()
                host.answer = { _ in ToolEnd(.notStarted(2), message: "No such file or directory") }
                let result = StageRun.run(.init(rawValue: stage), place.call, Options(), host)
                #expect(result.status == .unavailable, "\(stage)")
                #expect(result.summary.contains("install Swift (https://www.swift.org/install)"), "\(stage)")
            }
        }
    }

    @Test func cancelAndDeadlineAreNotFailures() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n// testTarget\n"])
            for stage in ["build", "test"] {
                let host = FakeHost()
                host.answer = { _ in ToolEnd(.cancelled) }
                #expect(StageRun.run(.init(rawValue: stage), place.call, Options(), host).status == .cancelled)
                host.answer = { _ in ToolEnd(.ended(.timedOut)) }
                #expect(StageRun.run(.init(rawValue: stage), place.call, Options(), host).status == .timedOut)
            }
        }
    }

    @Test func theToolEndsBeforeTheStageDoes() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            for (left, timeout) in [(600, 597_000), (10, 9000), (0, 100)] {
                let host = FakeHost()
                host.timeLeft = .seconds(left)
                host.answer = { _ in ToolEnd(.cancelled) }
                _ = StageRun.run(.build, place.call, Options(), host)
                #expect(host.commands.first?.timeout == .milliseconds(timeout))
            }
        }
    }

    @Test func aFailureWithoutAWordIsReportedAllTheSame() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n// testTarget\n"])
            for stage in ["build", "test", "deploy"] {
                let host = FakeHost()
                host.answer = { _ in ToolEnd(.ended(.exited(code: 1))) }
                #expect(StageRun.run(.init(rawValue: stage), place.call, Options(), host).status == .failed)
                #expect(host.hasError, "\(stage)")
            }
        }
    }

    @Test func testsWhoseCompilerWasKilledAreNoSuccess() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n// testTarget\n"])
            let host = FakeHost()
            let words = Array("Building for debugging...\nBuild cancelled!\n".utf8)
            host.answer = { _ in ToolEnd(.ended(.exited(code: 0)), output: words) }
            #expect(StageRun.run(.test, place.call, Options(), host).status == .failed)
            #expect(host.errors.map(\.code) == ["swift.killed"])
        }
    }

    @Test func aFolderWithoutAPackageIsReported() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            for stage in ["build", "test", "deploy", "plan"] {
                let host = FakeHost()
                #expect(StageRun.run(.init(rawValue: stage), place.call, Options(), host).status == .failed)
                #expect(host.diagnostics.first?.code == "swiftpm.manifest")
                #expect(host.commands.isEmpty)
            }
        }
    }

    @Test func aVerificationTouchesNothingThatIsLive() async throws {
        try await ScratchDirectory.with { root in
            var place = Workplace(root)
            place.call.isVerification = true
            let host = FakeHost()
            for stage in ["deploy", "restart", "health", "rollback", "plan", "dance"] {
                #expect(StageRun.run(.init(rawValue: stage), place.call, Options(), host).status == .unsupported)
            }
            #expect(host.commands.isEmpty && host.started.isEmpty && host.stops == 0)
        }
    }

    @Test func anUnknownStageIsUnsupported() async throws {
        try await ScratchDirectory.with { root in
            let result = StageRun.run(.init(rawValue: "dance"), Workplace(root).call, Options(), FakeHost())
            #expect(result.status == .unsupported)
        }
    }
}

extension [String] {
    /// Whether the elements follow each other somewhere.
    func contains(_ sequence: [String]) -> Bool {
        indices.contains { self[$0...].starts(with: sequence) }
    }
}
