import Diagnostics
import Foundation
import Model
import PluginKit
import Samples
import SwiftBuildLogic
import SwiftBuildSupport
import TestSupport
import Testing

/// Whether a toolchain can be run here; a test that needs one is skipped by name otherwise.
private let hasSwift: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["swift", "--version"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}()

/// The stages with the real toolchain on small packages.
@Suite(.serialized, .enabled(if: hasSwift, "there is no swift on the PATH"))
struct RealBuildTests {
    private func options() -> Options {
        var options = Options()
        options.jobs = 1
        return options
    }

    @Test func aServiceIsBuiltInstalledBrokenAndKept() async throws {
        try await ScratchDirectory.with { root in
            var place = Workplace(root)
            try place.write(Samples.webService(name: "hello", port: 8080, greeting: "hello \"1\""))
            let host = FakeHost()
            let built = StageRun.run(.build, place.call, options(), host)
            #expect(built.status == .ok, "\(host.transcript)")
            #expect(!host.steps.isEmpty)
            #expect(StageRun.run(.deploy, place.call, options(), host).status == .ok, "\(host.diagnostics)")
            #expect(host.outputs["products"] == "hello")
            #expect(StageRun.run(.deploy, place.call, options(), FakeHost()).status == .noChange)

            #expect(StageRun.run(.restart, place.call, options(), host).status == .ok)
            let answer = try await ask(try #require(host.started.last), path: "/")
            #expect(answer == "hello \"1\"\n")

            try place.write([Samples.routesPath: Samples.brokenRoutes(name: "hello", port: 8080)])
            place.call.revision = Workplace.revision("b")
            let broken = FakeHost()
            let result = StageRun.run(.build, place.call, options(), broken)
            #expect(result.status == .failed)
            let error = try #require(broken.errors.first, "\(broken.transcript)")
            #expect(error.location?.file == Samples.routesPath)
            let lines = Samples.brokenRoutes(name: "hello", port: 8080).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(error.location?.line == lines.firstIndex { $0.contains("greting") }.map { $0 + 1 })
            #expect(error.message.contains("greting"))
            #expect(result.summary.contains("Sources/Routes/Routes.swift"))
            #expect(place.call.store.current == Workplace.revision("a").hex)
        }
    }

    @Test func testsOfBothFrameworksAreReportedAndACrashIsNamed() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root, service: "maths")
            try place.write(Fixtures.failingTests)
            let host = FakeHost()
            let result = StageRun.run(.test, place.call, options(), host)
            #expect(result.status == .failed, "\(host.transcript)")
            #expect(result.summary.hasPrefix("2 tests failed, 2 passed, 1 skipped: "), "\(result.summary)")
            let text = try #require(host.outputs["test-report"])
            let report = try JSONDecoder().decode(TestReport.self, from: Data(text.utf8))
            #expect(Set(report.suites.map(\.framework)) == ["XCTest", "Swift Testing"])
            let failed = report.suites.flatMap(\.cases).filter { $0.result == .failed }
            #expect(failed.allSatisfy { $0.failures.first?.location?.line != nil }, "\(text)")
            let places = Set(host.errors.compactMap { $0.location?.description })
            #expect(places.contains { $0.hasPrefix("Tests/MathsTests/ModernTests.swift:10") }, "\(places)")
            #expect(places.contains { $0.hasPrefix("Tests/MathsTests/ClassicTests.swift:10") }, "\(places)")
            #expect(host.errors.count == 2, "\(host.diagnostics.map(\.line))")

            try place.write(Fixtures.crashingTest)
            let crash = FakeHost()
            #expect(StageRun.run(.test, place.call, options(), crash).status == .failed)
            let finding = try #require(
                crash.diagnostics.first { $0.code == DiagnosticCode.crash }, "\(crash.transcript)")
            #expect(finding.message.contains("Index out of range"), "\(finding)")
            #expect(finding.location?.file == "Tests/MathsTests/ClassicTests.swift", "\(finding)")
            #expect(finding.location?.line == 6, "\(finding)")
            let told = "\(finding.notes) \(crash.outputs["test-report"] ?? "")"
            #expect(told.contains("testIndex"), "\(told)")

            try place.write(Fixtures.withoutTests)
            let none = FakeHost()
            #expect(StageRun.run(.test, place.call, options(), none).status == .noChange)
            #expect(none.commands.map { $0.arguments.contains("describe") } == [true], "it builds nothing")
            var off = options()
            off.test = false
            #expect(StageRun.run(.test, place.call, off, none).status == .noChange)
            #expect(none.commands.count == 1)

            // A library: it builds, and there is nothing to install or to run.
            #expect(StageRun.run(.build, place.call, options(), none).status == .ok, "\(none.transcript)")
            #expect(StageRun.run(.deploy, place.call, options(), none).status == .noChange)
            #expect(StageRun.run(.restart, place.call, options(), none).status == .noChange)
        }
    }

    @Test func librariesAndResourcesGoAlong() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root, service: "greeter")
            try place.write(Fixtures.withResources)
            let host = FakeHost()
            #expect(StageRun.run(.build, place.call, options(), host).status == .ok, "\(host.transcript)")
            #expect(StageRun.run(.deploy, place.call, options(), host).status == .ok, "\(host.diagnostics)")
            // What the program needs is in its release: neither sources nor build folder are there any more.
            try FileManager.default.removeItem(atPath: place.call.sourceDirectory)
            try FileManager.default.removeItem(atPath: place.call.scratchDirectory)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: place.call.releaseDirectory + "/current/greeter")
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(text == "good morning\n")
        }
    }

    /// Runs the service on a free port until it has answered once.
    private func ask(_ service: SupervisedProcess, path: String) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: service.arguments[0])
        process.arguments = Array(service.arguments.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: service.directory)
        let port = try FreePort.next()
        process.environment = service.environment.merging(["PORT": String(port)], uniquingKeysWith: { $1 })
        process.standardOutput = FileHandle.nullDevice
        try FakeHost.withoutBlockedSignals { try process.run() }
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        for _ in 0..<200 {
            if let answer = FreePort.get(port: port, path: path) { return answer }
            try await Task.sleep(for: .milliseconds(50))
        }
        return ""
    }
}
