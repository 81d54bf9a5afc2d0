import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TestSupport
import Testing

@Suite struct DetectionTests {
    @Test(arguments: [
        ("// swift-tools-version: 6.0\nimport PackageDescription\n", 80, "6.0"),
        ("// swift-tools-version:5.9\n", 80, "5.9"),
        ("//\n// A comment\n\n// Swift-Tools-Version: 5.10.1;extra\n", 80, "5.10.1"),
        ("let package = 1\n", 40, nil),
        ("", 40, nil),
    ])
    func aManifestIsRecognisedByItsFirstLine(_ manifest: String, _ confidence: Int, _ version: String?) async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": manifest])
            let found = try #require(Detection.evidence(in: place.call.sourceDirectory))
            #expect(found.kind == "swift")
            #expect(found.confidence == confidence)
            #expect(Detection.toolsVersion(Array(manifest.utf8)) == version)
            #expect(found.evidence.hasPrefix("Package.swift found"))
        }
    }

    @Test func sourcesMakeItSurer() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n", "Sources/A/a.swift": ""])
            #expect(Detection.evidence(in: place.call.sourceDirectory)?.confidence == 95)
        }
    }

    @Test func anotherFolderIsNotRecognisedAndStaysAsItWas() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(["package.json": "{}"])
            #expect(Detection.evidence(in: place.call.sourceDirectory) == nil)
            #expect(Detection.evidence(in: root + "/nowhere") == nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.call.sourceDirectory) == ["package.json"])
        }
    }
}

@Suite struct PackageDescriptionTests {
    static let text = """
        warning: something stands before the document
        {"name": "demo", "manifest_display_name": "demo",
         "products": [
            {"name": "api", "targets": ["api"], "type": {"executable": null}},
            {"name": "Hooks", "targets": ["Hooks"], "type": {"library": ["dynamic"]}},
            {"name": "Kit", "targets": ["Kit"], "type": {"library": ["automatic"]}},
            {"name": "Lint", "targets": ["Lint"], "type": {"plugin": null}},
            {"name": "Sample", "targets": ["Sample"], "type": {"snippet": null}}],
         "targets": [{"name": "api", "type": "executable"}, {"name": "apiTests", "type": "test"}],
         "tools_version": "6.0"}
        """

    @Test func productsAndTestsAreRead() throws {
        let description = try #require(PackageDescription(Array(Self.text.utf8)))
        #expect(description.name == "demo")
        #expect(description.executables == ["api"])
        #expect(description.products.filter { $0.kind == .dynamicLibrary }.map(\.name) == ["Hooks"])
        #expect(description.tests == ["apiTests"])
    }

    @Test(arguments: ["", "{", "[]", "{}", "error: no such module"])
    func anythingElseIsNoDescription(_ text: String) {
        #expect(PackageDescription(Array(text.utf8)) == nil)
    }
}

@Suite struct ArtifactsTests {
    private let description = PackageDescription(
        name: "demo",
        products: [
            .init(name: "api", kind: .executable), .init(name: "tool", kind: .executable),
            .init(name: "Hooks", kind: .dynamicLibrary), .init(name: "Kit", kind: .other),
        ], tests: [])

    /// A folder as a build leaves it.
    private func built(_ names: [String], body: (String) throws -> Void) async throws {
        try await ScratchDirectory.with { root in
            for name in names {
                let path = "\(root)/\(name)"
                if name.hasSuffix(".resources") || name.hasSuffix(".build") {
                    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                } else {
                    try Data(name.utf8).write(to: URL(fileURLWithPath: path))
                }
            }
            try body(root)
        }
    }

    @Test func executablesDynamicLibrariesAndResourcesAreInstalled() async throws {
        #if os(Linux)
            let library = "libHooks.so"
        #else
            let library = "libHooks.dylib"
        #endif
        try await built(["api", "tool", library, "demo_api.resources", "api.build", "description.json"]) { folder in
            let artifacts = try Artifacts(of: description, in: folder, options: Options(), service: "team/api")
            #expect(artifacts.items.map(\.name) == ["api", "demo_api.resources", library, "tool"].sorted())
            #expect(artifacts.executables == ["api", "tool"])
            #expect(artifacts.run == "api")
        }
    }

    @Test func theOperatorChoosesTheProducts() async throws {
        try await built(["api", "tool"]) { folder in
            var options = Options()
            options.products = ["tool"]
            let artifacts = try Artifacts(of: description, in: folder, options: options, service: "api")
            #expect(artifacts.items.map(\.name) == ["tool"])
            #expect(artifacts.run == "tool")
        }
    }

    @Test func aProductThatWasNotBuiltIsNamed() async throws {
        try await built(["api"]) { folder in
            let failure = try #require(throws: Failure.self) {
                try Artifacts(of: description, in: folder, options: Options(), service: "api")
            }
            #expect(failure.code.rawValue == "swift-build.not-built")
            #expect(failure.message.contains("'tool'"))
        }
    }

    @Test(arguments: [
        (["Kit"], Options.Run.automatic, "'Kit'"),
        (["nothing"], .automatic, "'nothing'"),
        (["api", "tool"], .automatic, "which executable"),
        (["api"], .product("tool"), "'tool'"),
    ])
    func whatDoesNotFitThePackageIsRefused(_ products: [String], _ run: Options.Run, _ words: String) async throws {
        try await built(["api", "tool"]) { folder in
            var options = Options()
            options.products = products
            options.run = run
            let failure = try #require(throws: Failure.self) {
                try Artifacts(of: description, in: folder, options: options, service: "gateway")
            }
            #expect(failure.code.rawValue == "config.invalid")
            #expect(failure.message.contains(words))
        }
    }

    @Test func runFalseNeedsNoChoice() async throws {
        try await built(["api", "tool"]) { folder in
            var options = Options()
            options.products = ["api", "tool"]
            options.run = .nothing
            let artifacts = try Artifacts(of: description, in: folder, options: options, service: "x")
            #expect(artifacts.run == nil)
        }
    }

    @Test func aPackageOfLibrariesHasNothingToInstall() async throws {
        try await built(["demo_Kit.resources"]) { folder in
            let library = PackageDescription(name: "kit", products: [.init(name: "Kit", kind: .other)], tests: [])
            let artifacts = try Artifacts(of: library, in: folder, options: Options(), service: "kit")
            #expect(artifacts.items.isEmpty && artifacts.run == nil)
        }
    }
}
