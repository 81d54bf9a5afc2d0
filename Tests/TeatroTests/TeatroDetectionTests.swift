import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TeatroLogic
import TestSupport
import Testing

@Suite struct TeatroDetectionTests {
    @Test func aPackageWithTheEngineIsRecognisedMoreSurelyThanAsAPackage() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.write(ViewEngine.files())
            let found = try #require(TeatroDetection.evidence(in: place.call.sourceDirectory))
            let general = try #require(Detection.evidence(in: place.call.sourceDirectory))
            #expect(found.kind == "teatro" && found.confidence > general.confidence && found.confidence <= 100)
            #expect(found.evidence.contains("RenderCLI"))
        }
    }

    @Test(arguments: [
        (".executable(name: \"RenderCLI\", targets: [\"RenderCLI\"])", true),
        (".executableTarget(\n    name: \"RenderCLI\",\n    path: \"Sources/CLI\")", true),
        (".executable( /* the engine */ name : \"RenderCLI\" )", true),
        (".executable(name: \"RenderCLITool\", targets: [])", false),
        (".library(name: \"RenderCLI\", targets: [])", false),
        (".product(name: \"RenderCLI\", package: \"teatro\")", false),
        ("// .executable(name: \"RenderCLI\")", false),
        ("/* /* nested */ .executable(name: \"RenderCLI\") */", false),
        ("let text = \".executable(name: \\\"RenderCLI\\\")\"", false),
        ("let text = \"\"\"\n.executable(name: \"RenderCLI\")\n\"\"\"", false),
        ("", false), ("\"", false), ("/*", false), ("\\", false), ("\"\\", false),
    ])
    func theManifestIsRead(_ text: String, _ isEngine: Bool) {
        #expect(TeatroDetection.declaresEngine(Array(text.utf8)) == isEngine)
    }

    @Test func anotherPackageIsNotRecognised() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            #expect(TeatroDetection.evidence(in: place.call.sourceDirectory) == nil)
            try place.write(["Package.swift": ".executable(name: \"RenderCLI\")\n", "Sources/a.swift": ""])
            #expect(TeatroDetection.evidence(in: place.call.sourceDirectory) == nil, "no tools version: no package")
            try place.write(["Package.swift": "// swift-tools-version: 6.0\n"])
            #expect(TeatroDetection.evidence(in: place.call.sourceDirectory) == nil)
        }
    }

    @Test func oneFolderIsOneService() {
        let swift = Model.Detection(plugin: "swift-build", kind: "swift", confidence: 95, evidence: "")
        var teatro = Model.Detection(plugin: "teatro", kind: "teatro", confidence: 99, evidence: "")
        let compose = Model.Detection(plugin: "compose", kind: "compose", confidence: 70, evidence: "")
        teatro.refines = TeatroPlugin.manifest.refines
        let kinds = { (found: [Model.Detection]) in Model.Detection.withoutRefined(found).map(\.kind) }
        #expect(kinds([teatro, swift, compose]) == ["teatro", "compose"])
        #expect(kinds([swift, compose]) == ["swift", "compose"])
        teatro.confidence = 90
        #expect(kinds([swift, teatro]) == ["swift", "teatro"], "one that is less sure does not take another's place")
        teatro.confidence = 45
        #expect(kinds([Model.Detection(plugin: "x", kind: "swift", confidence: 40, evidence: ""), teatro]).count == 2)
    }
}
