import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TestSupport
import Testing

/// Random deployments, kills at any step and rollbacks, against a model that knows only what ought to be live.
@Suite struct DeploymentProperties {

    struct Killed: Error {}

    /// A build of a revision.
    struct Build: Hashable {
        var revision: Character
        var content: String
    }

    /// What a daemon remembers, and what ought to be on the disk.
    struct World {
        var live: Build?
        /// As the last deployment that ended well left it.
        var state: [UInt8]?
        var deployed: Build?
        var trace: [String] = []
    }

    @Test(arguments: 0..<12)
    func whateverHappensTheLiveReleaseIsWhole(_ seed: UInt64) async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            var random = SeededRandom(seed: seed)
            var world = World()
            for number in 0..<25 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<4: try deploy(place, &world, &random, number)
                case 4..<8: try deploy(place, &world, &random, number, kill: Int.random(in: 0..<9, using: &random))
                default: try rollBack(place, &world)
                }
                try check(place, world)
            }
        }
    }

    private func deploy(
        _ place: Workplace, _ world: inout World, _ random: inout SeededRandom, _ number: Int, kill: Int? = nil
    ) throws {
        let revision = try #require("abc".randomElement(using: &random))
        // Builds are reproducible most of the time.
        let content = Int.random(in: 0..<4, using: &random) == 0 ? "\(revision)\(number)" : "\(revision)"
        var call = place.call
        call.revision = Workplace.revision(revision)
        call.state = world.state
        var options = Options()
        options.keepReleases = 2
        let host = FakeHost()
        var stage = DeployStage(call, options, host)
        var reached = 0
        var isFlipped = false
        stage.store.reached = { step in
            if step == .flipped { isFlipped = true }
            reached += 1
            if let kill, reached > kill { throw Killed() }
        }
        let build = Build(revision: revision, content: content)
        world.trace.append("deploy \(build) kill \(kill.map(String.init) ?? "-")")
        do {
            _ = try stage.install(try place.product(content: content))
            world.live = build
            world.deployed = build
            world.state = host.checkpoints.last
        } catch is Killed {
            if isFlipped { world.live = build }
        }
    }

    private func rollBack(_ place: Workplace, _ world: inout World) throws {
        // As the daemon does: away from what it has just tried, with what the last good deployment left.
        guard let live = world.live else { return }
        var call = place.call
        call.revision = Workplace.revision(live.revision)
        call.state = world.state
        world.trace.append("roll back \(live)")
        let host = FakeHost()
        let result = try RollbackStage(call, Options(), host).run()
        #expect(result.status == .ok, "\(world.trace)")
        guard let content = place.live() else {
            world.live = nil
            #expect(host.stops == 1, "\(world.trace)")
            return
        }
        #expect(host.started.count == 1, "\(world.trace)")
        #expect(host.started.first?.arguments.first?.hasPrefix(place.call.releaseDirectory + "/") == true)
        let revision = try #require(content.first)
        world.live = Build(revision: revision, content: content)
        // A release that never was deployed to its end may be what a rollback leads away from, never what it leads to.
        if live != world.deployed, let deployed = world.deployed, isPresent(deployed, place) {
            #expect(world.live == deployed || deployed.revision == live.revision, "\(world.trace)")
        }
        world.state = host.checkpoints.last ?? world.state
        world.deployed = world.live
    }

    private func isPresent(_ build: Build, _ place: Workplace) -> Bool {
        let releases = (try? place.call.store.releases()) ?? []
        return releases.contains { name, _ in
            (try? String(contentsOfFile: place.call.store.path(name) + "/hello", encoding: .utf8)) == build.content
        }
    }

    private func check(_ place: Workplace, _ world: World) throws {
        let store = place.call.store
        #expect(place.live() == world.live?.content, "\(world.trace)")
        guard let live = world.live else { return }
        let record = try #require(store.current.flatMap { store.record(of: $0) }, "\(world.trace)")
        #expect(record.revision == Workplace.revision(live.revision), "\(world.trace)")
        for (name, record) in try store.releases() {
            let text = try String(contentsOfFile: store.path(name) + "/hello", encoding: .utf8)
            #expect(text.first.map { Workplace.revision($0) } == record.revision, "\(world.trace)")
        }
    }

    @Test(arguments: ReleaseStore.Step.allCases)
    func aDeploymentThatWasKilledCanBeRepeated(_ fatal: ReleaseStore.Step) async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            var options = Options()
            options.keepReleases = 1
            for revision in "ab" {
                var call = place.call
                call.revision = Workplace.revision(revision)
                _ = try DeployStage(call, options, FakeHost()).install(try place.product(content: "\(revision)"))
            }
            var call = place.call
            call.revision = Workplace.revision("c")
            var stage = DeployStage(call, options, FakeHost())
            stage.store.reached = { if $0 == fatal { throw Killed() } }
            #expect(throws: Killed.self) { try stage.install(try place.product(content: "c")) }
            #expect(["b", "c"].contains(place.live()))
            let again = try DeployStage(call, options, FakeHost()).install(try place.product(content: "c"))
            #expect(again.status.rawValue <= StageResult.Status.noChange.rawValue)
            #expect(place.live() == "c")
            let left = try FileManager.default.contentsOfDirectory(atPath: place.call.releaseDirectory).sorted()
            let names = "bc".map { Workplace.revision($0).hex }
            #expect(left.filter { !$0.hasPrefix(".crashes") } == [".lock"] + names + ["current"])
        }
    }
}
