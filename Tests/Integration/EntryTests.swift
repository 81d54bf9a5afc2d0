import Foundation
import Testing

/// What only plugins can tell of an entry in deployer.yaml, and of a folder that has none.
@Suite struct EntryTests {
    @Test func optionsThatThePluginRefusesAreToldBeforeAnythingIsBuilt() async throws {
        let files = [
            "repos/alpha/Package.swift": "// swift-tools-version:6.0\n",
            "deployer.yaml": "services:\n  alpha:\n    kind: swift\n    options: {producct: 5}\n",
        ]
        try await Workspace.with(files, plugins: ["libSwiftBuildPlugin.so"]) { workspace in
            let plan = try await workspace.host("plan", "--json")
            #expect(plan.output.contains("\"held\""), "\(plan.text)")
            let place = "deployer.yaml:4:15: options/producct: "
            #expect(plan.output.contains(place) && plan.output.contains("did you mean 'products'?"), "\(plan.text)")
            #expect(plan.status == 2, "\(plan.text)")
            let result = try await workspace.once()
            #expect(result.status == 2 && result.output.contains("options are not valid"), "\(result.text)")
            #expect(workspace.names("logs").isEmpty)
        }
    }

    @Test func aKindAndAStageThatNobodyOffersAreToldWithTheirPlaceAndWhatWasMeant() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files["deployer.yaml"] = """
            services:
              alpha: {kind: scripted}
              beta: {kind: scriptid, path: repos/alpha}
              gamma: {kind: scripted, path: repos/alpha, stages: [biuld, deploy]}

            """
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            let plan = try await workspace.host("plan", "--quick")
            #expect(plan.status == 2, "\(plan.text)")
            for words in [
                "deployer.yaml:3:16: no plugin offers the kind 'scriptid' - did you mean 'scripted'?",
                "deployer.yaml:4:54: its kind 'scripted' has no stage 'biuld' (did you mean 'build'?)",
            ] {
                #expect(plan.output.contains(words), "\(plan.text)")
            }
            let result = try await workspace.once()
            #expect(result.status == 2 && result.errors.contains("'beta', 'gamma'"), "\(result.text)")
            await service.answers("alpha 1")
        }
    }

    @Test func aFolderThatIsNoServiceIsToldAndIsNotDue() async throws {
        let service = try await Scripted.services("alpha")[0]
        var files = service.files("alpha 1")
        files["repos/notes/README.txt"] = "nothing to deploy"
        try await Workspace.with(files) { workspace in
            // Without a plugin nobody can say that it is none.
            #expect(try await workspace.once().status == 1)
            try await Scripted.install(in: workspace)
            let first = try await workspace.once()
            #expect(first.status == 0 && first.output.contains("no plugin recognises 'repos/notes'"), "\(first.text)")
            #expect(try await workspace.once().status == 0)
        }
    }
}
