import Foundation
import Model
import Samples
import Stages
import TestSupport
import Testing

/// The stages of the plugins from the templates, each run in a worker as the daemon runs it.
@Suite(.serialized) struct TemplateStageTests {
    private static let languages = BuiltTemplate.available

    @Test(arguments: languages) func aSiteIsPublishedChangedAndRolledBack(
        _ language: PluginTemplate.Language
    ) async throws {
        try await SiteStages.with(language) { site in
            try site.write(["index.html": "one", "css/a.css": "a", ".git/HEAD": "x"])
            #expect(await site.run("build").status == .ok)
            let first = await site.run("deploy")
            #expect(first.status == .ok, "\(first)")
            #expect(site.live("index.html") == "one" && site.live("css/a.css") == "a" && site.live(".git/HEAD") == nil)
            #expect(first.outputs["release"] == site.release("a"))
            #expect(first.checkpoint == Array(SiteStages.revision("a").utf8))
            #expect(await site.run("health").status == .ok)
            #expect(await site.run("deploy").status == .noChange)

            site.state = first.checkpoint
            site.revision = "b"
            try site.write(["index.html": "two", "new/page.html": "new"])
            try site.remove("css/a.css")
            let plan = await site.run("plan")
            #expect(plan.status == .ok)
            #expect(try site.changes(plan) == ["remove css/a.css", "update index.html", "create new/page.html"])
            #expect(site.live("index.html") == "one")
            let sick = await site.run("health")
            #expect(sick.status == .failed && sick.diagnostics.contains { $0.code == "site.differs" }, "\(sick)")

            #expect(await site.run("deploy").status == .ok)
            #expect(site.live("index.html") == "two" && site.live("css/a.css") == nil)
            let quiet = await site.run("plan")
            #expect(quiet.status == .noChange)
            #expect(try site.changes(quiet).isEmpty)

            #expect(await site.run("rollback").status == .ok)
            #expect(site.live("index.html") == "one" && site.live("css/a.css") == "a")
            site.state = nil
            #expect(await site.run("rollback").status == .ok)
            #expect(site.live("index.html") == nil)
        }
    }

    @Test(arguments: languages) func whatCannotBePublishedIsFoundBeforeAnythingLiveIsTouched(
        _ language: PluginTemplate.Language
    ) async throws {
        try await SiteStages.with(language) { site in
            try site.write(["page.html": "no index"])
            for stage in ["build", "deploy"] {
                let outcome = await site.run(stage)
                #expect(outcome.status == .failed)
                #expect(outcome.diagnostics.first?.code == "site.no-index", "\(outcome)")
            }
            try site.write(["index.html": "one"])
            try FileManager.default.createSymbolicLink(
                atPath: "\(site.source)/secret", withDestinationPath: "/etc/passwd")
            let linked = await site.run("build")
            #expect(linked.status == .failed)
            #expect(linked.diagnostics.first?.location?.file == "secret", "\(linked)")
            let deployed = await site.run("deploy")
            #expect(deployed.status == .failed && deployed.diagnostics.contains { $0.isError }, "\(deployed)")
            #expect(site.live("index.html") == nil)
            try site.remove("secret")
            #expect(await site.run("deploy").status == .ok)
            // What the failed attempt left is gone.
            #expect(site.names().allSatisfy { $0 == "current" || $0.count == 40 }, "\(site.names())")
        }
    }

    @Test(arguments: languages) func optionsAreRefusedWithTheirPlaces(_ language: PluginTemplate.Language) async throws
    {
        try await SiteStages.with(language) { site in
            try site.write(["public/index.html": "inner"])
            site.options = [
                "folder": .string("../up"), "keep_releases": .integer(0), "a/b~": .bool(true),
            ]
            let refused = await site.run("deploy")
            #expect(refused.status == .invalidConfig)
            let places = Set(refused.diagnostics.compactMap(\.group))
            // In Swift the schema comes first, and the plugin's own check only where that finds nothing.
            let expected: Set = ["/keep_releases", "/a~1b~0"]
            #expect(places.isSuperset(of: expected), "\(refused)")
            for folder in ["/etc", "..", "a/../../b"] {
                site.options = ["folder": .string(folder)]
                let outcome = await site.run("deploy")
                #expect(outcome.status == .invalidConfig && outcome.diagnostics.first?.group == "/folder", "\(folder)")
            }
            site.options = ["folder": .string("public"), "keep_releases": .integer(2)]
            #expect(await site.run("deploy").status == .ok)
            #expect(site.live("index.html") == "inner")
        }
    }

    @Test(arguments: languages) func oldReleasesGoButNeitherTheLiveOneNorTheOneToGoBackTo(
        _ language: PluginTemplate.Language
    ) async throws {
        try await SiteStages.with(language) { site in
            site.options = ["keep_releases": .integer(1)]
            for revision in ["a", "b", "c"] as [Character] {
                site.revision = revision
                try site.write(["index.html": "\(revision)"])
                let outcome = await site.run("deploy")
                #expect(outcome.status == .ok, "\(outcome)")
                if revision == "a" { site.state = outcome.checkpoint }
            }
            // `state` is still that of a: b and c did not end well.
            #expect(site.names().sorted() == [SiteStages.revision("a"), SiteStages.revision("c"), "current"])
            // The same revision with other content is another release.
            try site.write(["index.html": "c again"])
            #expect(await site.run("deploy").status == .ok)
            #expect(site.live("index.html") == "c again")
            #expect(site.names().contains(SiteStages.revision("c") + ".2"))
        }
    }

    @Test(arguments: languages) func aCancelledDeploymentEndsAndLeavesWhatIsLive(
        _ language: PluginTemplate.Language
    ) async throws {
        try await SiteStages.with(language) { site in
            try site.write(["index.html": "one"])
            #expect(await site.run("deploy").status == .ok)
            site.revision = "b"
            // Enough of it that the deployment is still copying when the time is up.
            try site.write(["index.html": "two", "film": ""])
            #expect(truncate("\(site.source)/film", 16 << 30) == 0)
            let cut = await site.run("deploy", timeout: .milliseconds(150))
            #expect(cut.status == .timedOut, "\(cut)")
            #expect(site.live("index.html") == "one")
            try site.remove("film")
            let whole = await site.run("deploy")
            #expect(whole.status == .ok, "\(whole)")
            #expect(site.live("index.html") == "two" && site.names().count == 3, "\(site.names())")
        }
    }

    @Test(arguments: PluginTemplate.Language.allCases) func theToolsOfEachLanguageAreHere(
        _ language: PluginTemplate.Language
    ) throws {
        // The tests above leave a language out whose tools are missing; this one says so.
        guard let tool = BuiltTemplate.missingTool(for: language) else { return }
        try Test.cancel("'\(tool)' is not installed: the template in \(language.spoken) was not tested")
    }
}
