import Foundation
import Model
import PluginConformance
import TestSupport
import Testing

/// What WritingAPlugin.md shows passes what TestingAPlugin.md asks.
@Suite struct PageTests {
    private static func sources() throws -> [String] {
        let page = try String(contentsOfFile: MockPlugins.page, encoding: .utf8)
        return page.matches(of: /```c\n(#include(?s).*?)```/).map { String($0.1) }
    }

    private func examine(_ source: String, options: JSONValue?) async throws -> ConformanceReport {
        try await ScratchDirectory.with { folder in
            try Data(source.utf8).write(to: URL(fileURLWithPath: "\(folder)/page.c"))
            try await MockPlugins.compile("\(folder)/page.c", to: "\(folder)/page.so")
            return try await HarnessFixture.examine("\(folder)/page.so", in: folder) { asked, _ in
                asked.options = options
            }
        }
    }

    @Test func firstPluginOfThePagePasses() async throws {
        let report = try await examine(try #require(Self.sources().first), options: nil)
        #expect(report.isPassed && report.warnings.isEmpty, "\(report.text)")
    }

    @Test func pluginWithOptionsOfThePagePasses() async throws {
        let options = JSONValue.object(["url": .string("http://127.0.0.1/x"), "token": .string("env:TOKEN")])
        let report = try await examine(try #require(Self.sources().last), options: options)
        #expect(report.isPassed, "\(report.text)")
    }
}
