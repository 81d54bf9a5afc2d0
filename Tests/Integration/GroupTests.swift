import Foundation
import Model
import TestSupport
import Testing

/// Services that go live together or not at all.
@Suite struct GroupTests {
    @Test func anIllMemberTakesItsGroupBackInReverseOrderAndNothingIsTriedAgainUntilSomethingChanges() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files()) { workspace in
            try await Scripted.install(in: workspace)
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            await shop.answer(1)

            try await workspace.commit(shop.journaled(workspace).merging(shop.version(2, ill: shop.route)) { $1 })
            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("(group 'shop')"), "\(plan.text)")
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(
                shop.journal(workspace) == [
                    "deploy schema", "deploy api", "deploy route", "rollback route", "rollback api", "rollback schema",
                ], "\(workspace.log)")
            await shop.answer(1)
            #expect(workspace.log.contains("group 'shop' is rolled back, the last member first: route, api, schema"))

            let states = try await shop.status(workspace)
            for service in shop.all {
                let entry = try #require(states[service.name])
                #expect(entry["state"] as? String == "quarantined" && entry["group"] as? String == "shop")
                let failure = entry["failure"] as? [String: Any]
                #expect(failure?["because"] as? String == (service.name == "route" ? nil : "route"))
                #expect(failure?["mayBeLive"] as? Bool == false)
            }
            let shown = try await workspace.host("show")
            #expect(shown.output.contains("with its group 'shop', because 'route' failed at health"), "\(shown.text)")
            let show = try await workspace.host("show", "--json")
            #expect(show.output.contains("its group 'shop' is rolled back with it: schema, api"), "\(show.text)")
            let reports = try await workspace.published(".json")
            #expect(reports.map(\.path).count { $0.contains("report-") } == 1, "\(reports.map(\.path))")
            #expect(reports.last?.text.filter { $0 != " " }.contains("\"outcome\":\"rolled-back\"") == true)

            // Neither the next poll nor a commit that does not touch the group tries it again.
            let logs = workspace.names("logs")
            #expect(try await workspace.once().status == 1)
            try await workspace.commit(["README.md": "news"])
            #expect(try await workspace.once().status == 1)
            #expect(workspace.names("logs") == logs)

            // Mended in one member, all of it goes live.
            shop.forgetJournal(workspace)
            try await workspace.commit([shop.route.path("greeting"): "route 2"])
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
            #expect(shop.journal(workspace) == ["deploy schema", "deploy api", "deploy route"])
            await shop.answer(2)
            #expect(try await workspace.once().output.contains("nothing is due"))
        }
    }

    @Test func whatComesAfterTheMemberThatFailsIsNotDeployed() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files()) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            try await workspace.commit(shop.journaled(workspace).merging(shop.version(2, ill: shop.api)) { $1 })
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(
                shop.journal(workspace) == ["deploy schema", "deploy api", "rollback api", "rollback schema"],
                "\(workspace.log)")
            await shop.answer(1)
            #expect(workspace.log.contains("skipped: 'api' of its group 'shop' failed at health"), "\(workspace.log)")
            // It would be due by itself, and waits with the others.
            let plan = try await workspace.host("plan", "--json")
            #expect(!plan.output.contains("\"deploy\""), "\(plan.text)")

            // Taken back, the rest goes live without it.
            try await workspace.commit([
                shop.api.path("greeting"): "api 1", shop.api.path("before-deploy"): nil,
                shop.api.path("before-rollback"): nil,
            ])
            let rest = try await workspace.once()
            #expect(rest.status == 0, "\(rest.text)")
            await shop.schema.answers("schema 2")
            await shop.api.answers("api 1")
            await shop.route.answers("route 2")
        }
    }

    @Test func nothingGoesLiveUnlessAllOfItIsBuilt() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files()) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            var files = shop.journaled(workspace).merging(shop.version(2)) { $1 }
            files[shop.route.path("source.txt")] = Scripted.brokenSource
            try await workspace.commit(files)
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(shop.journal(workspace).isEmpty && workspace.stages.contains("schema/build"), "\(workspace.log)")
            #expect(workspace.log.contains("skipped: 'route' of its group 'shop' failed at build"), "\(workspace.log)")
            await shop.answer(1)
            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("waits for 'route', which is released together with it"), "\(plan.text)")

            try await workspace.commit([shop.route.path("source.txt"): Scripted.source])
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
            #expect(shop.journal(workspace) == ["deploy schema", "deploy api", "deploy route"])
            await shop.answer(2)
        }
    }

    @Test func twoGroupsDoNotInfluenceEachOther() async throws {
        let (ill, well) = (try await Shop.open("a"), try await Shop.open("b"))
        var files = ill.files().merging(well.files()) { $1 }
        files["deployer.yaml"] = "parallel: 4\nservices:\n\(ill.entries)\(well.entries)"
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            let second = ill.version(2, ill: ill.route).merging(well.version(2)) { $1 }
            let scripts = ill.journaled(workspace).merging(well.journaled(workspace)) { $1 }
            try await workspace.commit(second.merging(scripts) { $1 })
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(
                ill.journal(workspace) == [
                    "deploy aschema", "deploy aapi", "deploy aroute", "rollback aroute", "rollback aapi",
                    "rollback aschema",
                ], "\(workspace.log)")
            #expect(well.journal(workspace) == ["deploy bschema", "deploy bapi", "deploy broute"], "\(workspace.log)")
            await ill.answer(1)
            await well.answer(2)
            let states = try await well.status(workspace)
            #expect(well.all.allSatisfy { states[$0.name]?["state"] as? String == "deployed" })
        }
    }

    @Test func aMemberThatCannotBeRolledBackIsSaidSoAndTheOthersAre() async throws {
        let shop = try await Shop.open()
        try await Workspace.with(shop.files()) { workspace in
            try await Scripted.install(in: workspace)
            #expect(try await workspace.once().status == 0)
            var files = shop.journaled(workspace).merging(shop.version(2, ill: shop.route)) { $1 }
            files[shop.api.path("before-rollback")] = "echo 'the old release is gone'; exit 1\n"
            try await workspace.commit(files)
            let failed = try await workspace.once()
            #expect(failed.status == 1, "\(failed.text)")
            #expect(
                shop.journal(workspace) == [
                    "deploy schema", "deploy api", "deploy route", "rollback route", "rollback schema",
                ], "\(workspace.log)")
            await shop.schema.answers("schema 1")
            await shop.api.answers("api 2")
            await shop.route.answers("route 1")
            let states = try await shop.status(workspace)
            let api = states["api"]?["failure"] as? [String: Any]
            #expect(api?["mayBeLive"] as? Bool == true && api?["because"] as? String == "route")
            #expect((states["schema"]?["failure"] as? [String: Any])?["mayBeLive"] as? Bool == false)

            // Taken back, it is deployed as it is known, because nobody knows what runs.
            try await workspace.commit(shop.files())
            try await workspace.commit(shop.journaled(workspace).mapValues { _ in nil })
            let plan = try await workspace.host("plan")
            #expect(plan.output.contains("could not be rolled back"), "\(plan.text)")
            #expect(try await workspace.once().status == 0)
            await shop.answer(1)
        }
    }

    @Test func servicesThatWereRecognisedInOneFolderAreAGroup() async throws {
        let service = try await Scripted.services("shop")[0]
        var files = service.files("shop 1")
        files[service.path("kind.second")] = ""
        try await Workspace.with(files) { workspace in
            try await Scripted.install(in: workspace)
            let plan = try await workspace.host("plan", "--json")
            let compact = plan.output.filter { $0 != " " }
            #expect(compact.contains("\"shop\\/second\"") || compact.contains("\"shop/second\""), "\(plan.text)")
            #expect(compact.components(separatedBy: "\"group\":\"shop\"").count == 3, "\(plan.text)")
        }
    }
}
