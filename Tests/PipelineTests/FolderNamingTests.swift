import Model
import Testing

@testable import Pipeline

@Suite struct FolderNamingTests {
    private typealias Meaning = KnownServices.Meaning

    private func found(
        _ kind: String, _ confidence: Int = 90, order: Int = 50, isCompanion: Bool = false
    ) -> Detection {
        var detection = Detection(
            plugin: "\(kind)-plugin", kind: kind, confidence: confidence, evidence: "\(kind) file found")
        detection.isCompanion = isCompanion
        detection.order = order
        return detection
    }

    private func naming(
        _ deployed: [String: Meaning?] = [:], companions: CompanionPolicy = .init(),
        offers: [String: [Stage]] = ["swift": Stage.standard, "kong": Stage.standard, "compose": Stage.standard]
    ) -> FolderNaming {
        var states: [ServiceName: ServiceState] = [:]
        var meanings: [ServiceName: Meaning] = [:]
        for (text, meaning) in deployed {
            let release = Release(
                revision: oid(9), fingerprint: Fingerprint(tree: oid(1)), deployedAt: Timestamp(seconds: 1))
            states[name(text)] = ServiceState(service: name(text), deployed: release)
            meanings[name(text)] = meaning
        }
        return FolderNaming(
            known: KnownServices(meanings: meanings, states: states), companions: companions, offers: offers)
    }

    private func swift(_ folder: String = "repos/api") -> Meaning { Meaning(kind: "swift", folder: folder) }

    private func names(_ folder: FolderServices) -> [String] {
        folder.entries.map { "\($0.service.name) \($0.service.kind)\($0.obstacle == nil ? "" : " held")" }
    }

    @Test func oneClaimIsAServiceOfTheFoldersNameAndSeveralAreNamedByTheirKinds() {
        #expect(names(naming().services(of: "repos/api", [found("swift")])) == ["api swift"])
        let mixed = [found("kong", order: 80), found("compose", order: 20), found("typesense", order: 40)]
        #expect(
            names(naming().services(of: "repos/gw", mixed))
                == ["gw/compose compose", "gw/typesense typesense", "gw/kong kong"])
    }

    @Test func aCompanionLeavesTheNameOfTheFoldersServiceAndIsNoService() throws {
        let folder = naming().services(
            of: "repos/api", [found("swift", 95), found("compose", 70, order: 20, isCompanion: true)])
        #expect(names(folder) == ["api swift"])
        let claim = try #require(folder.claims.first { $0.detection.kind == "compose" })
        #expect(claim.use == .idle && claim.service == name("api/compose"))
        let note = try #require(claim.note)
        for word in ["DISPATCHER_BUILD_DOCKER", "DISPATCHER_RUN_E2E", "deployer.yaml"] { #expect(note.contains(word)) }
    }

    @Test func aCompanionThatIsAskedForIsBuiltAndTestedAndNothingElse() {
        let claims = [found("swift"), found("compose", order: 20, isCompanion: true)]
        let built = naming(companions: .init(buildsImages: true)).services(of: "repos/api", claims)
        #expect(names(built) == ["api swift", "api/compose compose"])
        #expect(built.entries.last?.service.stages == [.build])
        let tested = naming(companions: .init(buildsImages: true, runsEndToEnd: true)).services(
            of: "repos/api", claims)
        #expect(tested.entries.last?.service.stages == [.build, .test])
        // Asked for tests as well, it is due again: the digest is part of its fingerprint.
        #expect(built.entries.last?.digest != tested.entries.last?.digest)
        // Of a plugin that only builds, no test is asked.
        let offers = ["swift": Stage.standard, "compose": [Stage.build, .deploy]]
        let poor = naming(companions: .init(runsEndToEnd: true), offers: offers).services(of: "repos/api", claims)
        #expect(poor.entries.last?.service.stages == [.build])
        let none = naming(
            companions: .init(runsEndToEnd: true), offers: ["swift": Stage.standard, "compose": [.deploy]]
        )
        .services(of: "repos/api", claims)
        #expect(names(none) == ["api swift"])
    }

    @Test func whatIsBelowFiftyIsSaidAndIsNoService() throws {
        let folder = naming().services(of: "repos/web", [found("swift", 49)])
        #expect(names(folder) == ["web unknown held"])
        #expect(folder.claims.first?.use == .unsure)
        let obstacle = try #require(folder.entries.first?.obstacle)
        #expect(obstacle.contains("49 of 100") && obstacle.contains("swift file found"), "\(obstacle)")
        #expect(names(naming().services(of: "repos/web", [found("swift", 50)])) == ["web swift"])
        // Beside a claim it changes no name.
        #expect(names(naming().services(of: "repos/web", [found("swift", 90), found("kong", 30)])) == ["web swift"])
        // What is deployed is not let go of because somebody broke the file it is known by.
        let kept = naming(["web": swift("repos/web")]).services(of: "repos/web", [found("swift", 10)])
        #expect(names(kept) == ["web swift"])
    }

    @Test func aDeployedServiceKeepsItsNameWhenTheFolderComesToHoldMore() {
        let known = naming(["api": swift()])
        let both = known.services(of: "repos/api", [found("swift"), found("kong", order: 80)])
        #expect(names(both) == ["api swift", "api/kong kong"])
        #expect(both.claims.first { $0.service == name("api") }?.note?.contains("keeps that name") == true)
        #expect(names(known.services(of: "repos/api", [found("swift")])) == ["api swift"])
    }

    @Test func servicesOfAMixedFolderKeepTheirNamesWhenOneGoes() {
        let known = naming([
            "api/swift": swift(), "api/kong": Meaning(kind: "kong", folder: "repos/api"),
        ])
        #expect(names(known.services(of: "repos/api", [found("kong")])) == ["api/kong kong"])
        #expect(names(known.services(of: "repos/api", [found("swift"), found("kong", order: 80)])).count == 2)
    }

    @Test func anotherKindDoesNotInheritTheNameOfWhatRuns() {
        let folder = naming(["api": swift()]).services(of: "repos/api", [found("kong")])
        #expect(names(folder) == ["api/kong kong"])
        #expect(folder.claims.first?.note?.contains("host forget api") == true)
    }

    @Test func theNameThatDeployerYAMLGaveIsKeptWithoutTheFile() {
        let known = naming(["backend": swift()])
        #expect(names(known.services(of: "repos/api", [found("swift")])) == ["backend swift"])
        // Not for a folder of the same name elsewhere.
        #expect(
            names(naming(["api": swift("elsewhere/api")]).services(of: "repos/api", [found("swift")]))
                == ["api/swift swift"])
    }

    @Test func aHistoryWithoutKindsIsNotGuessedAt() throws {
        let old = naming(["api": nil])
        // The only claim is what has always been deployed.
        #expect(names(old.services(of: "repos/api", [found("swift")])) == ["api swift"])
        let folder = old.services(of: "repos/api", [found("swift"), found("kong", order: 80)])
        #expect(names(folder) == ["api/swift swift held", "api/kong kong held"])
        #expect(try #require(folder.entries.first?.obstacle).contains("host forget api"))
        // A name with the kind in it says what it is.
        let parted = naming(["api/swift": nil, "api/kong": nil])
        #expect(
            names(parted.services(of: "repos/api", [found("swift"), found("kong", order: 80)]))
                == ["api/swift swift", "api/kong kong"])
    }

    @Test func aServiceWhosePluginIsGoneIsHeldAndNotForgotten() throws {
        let meanings = [
            "gw/compose": Meaning(kind: "compose", folder: "repos/gw"),
            "gw/kong": Meaning(kind: "kong", folder: "repos/gw"),
        ]
        let without = naming(meanings, offers: ["compose": Stage.standard])
        let folder = without.services(of: "repos/gw", [found("compose")])
        #expect(names(folder) == ["gw/compose compose", "gw/kong kong held"])
        #expect(try #require(folder.entries.last?.obstacle).contains("no plugin for its kind 'kong'"))
        // With the plugin there, and its file gone from the folder, it is no service any more.
        #expect(names(naming(meanings).services(of: "repos/gw", [found("compose")])) == ["gw/compose compose"])
        // Unless a plugin did not get to answer.
        #expect(
            names(naming(meanings).services(of: "repos/gw", [found("compose")], isComplete: false))
                == ["gw/compose compose", "gw/kong kong held"])
        // The only plugin of a folder, gone.
        let alone = naming(["api": swift()], offers: [:]).services(of: "repos/api", [])
        #expect(names(alone) == ["api swift held"])
        let stranger = naming(["api": swift()]).services(of: "repos/api", [])
        #expect(try #require(stranger.entries.first?.obstacle).contains("not recognised as the kind 'swift' any more"))
    }

    @Test func aDeployedKindStaysAServiceWhenItWouldNowBeACompanion() {
        let known = naming(["api": Meaning(kind: "compose", folder: "repos/api")])
        let folder = known.services(of: "repos/api", [found("swift"), found("compose", order: 20, isCompanion: true)])
        #expect(names(folder) == ["api compose", "api/swift swift"])
        #expect(folder.entries.allSatisfy { $0.service.stages == nil })
        // One that was only built never was more than a companion.
        let built = naming([
            "api": swift(), "api/compose": Meaning(kind: "compose", folder: "repos/api", isCompanion: true),
        ])
        #expect(
            names(built.services(of: "repos/api", [found("swift"), found("compose", isCompanion: true)]))
                == ["api swift"])
    }

    @Test func aSpecialCaseTakesThePlaceOfTheGeneralKindUnlessThatIsDeployed() throws {
        var view = found("teatro", 95)
        view.refines = ["swift"]
        let fresh = naming().services(of: "repos/api", [found("swift"), view])
        #expect(names(fresh) == ["api teatro"])
        #expect(!fresh.isRemarkable)
        let kept = naming(["api": swift()]).services(of: "repos/api", [found("swift"), view])
        #expect(names(kept) == ["api swift"])
        #expect(try #require(kept.claims.first { $0.use == .refined }?.note).contains("deployer.yaml"))
        #expect(kept.isRemarkable)
        // Less sure than the general kind, it takes nobody's place.
        view.confidence = 60
        #expect(names(naming().services(of: "repos/api", [found("swift"), view])).count == 2)
    }

    @Test func foldersThatNobodyKnowsAreHeldAndThoseThatCannotBeNamedAreTold() {
        #expect(names(naming().services(of: "repos/docs", [])) == ["docs unknown held"])
        #expect(naming().services(of: "repos/my docs", []).note?.contains("deployer.yaml") == true)
        #expect(naming().services(of: "repos/.github", []) == FolderServices(path: "repos/.github"))
        let companion = naming().services(of: "repos/api", [found("compose", isCompanion: true)])
        #expect(names(companion) == ["api unknown held"])
    }

    @Test func meaningsAreWrittenForWhatIsDueAndKeptForWhatIsHeld() {
        let known = KnownServices(
            meanings: [name("gone"): swift("repos/gone"), name("api"): swift(), name("old"): swift("repos/old")],
            states: [name("old"): ServiceState(service: name("old"))])
        var held = item(Service(name: name("api"), path: "repos/api", kind: FolderNaming.unknown))
        held.decision = .held("no plugin")
        let due = item(Service(name: name("new"), path: "repos/new", kind: "kong"))
        let next = known.meanings(after: [(held, false), (due, true)], states: [name("old")])
        #expect(
            next == [
                name("api"): swift(), name("old"): swift("repos/old"),
                name("new"): Meaning(kind: "kong", folder: "repos/new", isCompanion: true),
            ])
    }
}
