import Foundation
import Model
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import Synchronization
import TestSupport
import Testing

@Suite struct ReleaseStoreTests {
    private func deploy(
        _ place: Workplace, _ revision: Character, _ content: String, keep: Int = 5, state: [UInt8]? = nil
    ) throws -> (result: StageResult, host: FakeHost) {
        var call = place.call
        call.revision = Workplace.revision(revision)
        call.state = state
        var options = Options()
        options.keepReleases = keep
        let host = FakeHost()
        return (try DeployStage(call, options, host).install(try place.product(content: content)), host)
    }

    @Test func aReleaseIsInstalledUnderItsRevisionAndGoesLive() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let (result, host) = try deploy(place, "a", "one")
            #expect(result.status == .ok)
            #expect(place.live() == "one")
            let name = Workplace.revision("a").hex
            #expect(place.call.store.current == name)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: place.call.store.currentLink) == name)
            let product = place.call.store.path(name) + "/hello"
            #expect(FileManager.default.isExecutableFile(atPath: product))
            #expect(host.outputs["release"] == place.call.store.path(name))
            let checkpoint = try #require(DeployCheckpoint(host.checkpoints.last))
            #expect(checkpoint == DeployCheckpoint(release: name, revision: Workplace.revision("a"), previous: nil))
        }
    }

    @Test func deployingTheSameTwiceChangesNothing() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            _ = try deploy(place, "a", "zero")
            let first = try deploy(place, "b", "one")
            let before = try FileManager.default.subpathsOfDirectory(atPath: place.call.releaseDirectory).sorted()
            let (result, host) = try deploy(place, "b", "one", state: first.host.checkpoints.last)
            #expect(result.status == .noChange)
            let after = try FileManager.default.subpathsOfDirectory(atPath: place.call.releaseDirectory).sorted()
            #expect(before == after)
            #expect(host.checkpoints.last == first.host.checkpoints.last)
        }
    }

    /// Killed after it had made b live and before the daemon knew: what was live until then is a, not a's predecessor.
    @Test func aDeploymentThatIsTakenUpAgainKnowsWhatItReplaced() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            _ = try deploy(place, "0", "zero")
            let first = try deploy(place, "a", "one")
            _ = try deploy(place, "b", "two", state: first.host.checkpoints.last)
            let again = try deploy(place, "b", "two", state: first.host.checkpoints.last)
            let checkpoint = try #require(DeployCheckpoint(again.host.checkpoints.last))
            #expect(checkpoint.release == Workplace.revision("b").hex)
            #expect(checkpoint.previous == Workplace.revision("a").hex)
        }
    }

    @Test func anotherBuildOfOneRevisionIsAnotherRelease() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            _ = try deploy(place, "a", "one")
            #expect(try deploy(place, "a", "two").result.status == .ok)
            let name = Workplace.revision("a").hex
            #expect(place.call.store.current == name + ".2")
            #expect(place.live() == "two")
            #expect(place.call.store.record(of: name + ".2")?.previous == name)
            #expect(try deploy(place, "a", "one").result.status == .ok)
            #expect(place.call.store.current == name, "the first build is still there and is taken up again")
        }
    }

    @Test func oldReleasesGoButNeverTheLiveOneOrItsPredecessor() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            for revision in "0123456789" { _ = try deploy(place, revision, "build \(revision)", keep: 3) }
            let names = try place.call.store.releases().map { $0.record.revision }
            #expect(names == "789".map(Workplace.revision))
            _ = try deploy(place, "7", "build 7", keep: 1)
            #expect(
                Set(try place.call.store.releases().map { $0.record.revision }) == Set("79".map(Workplace.revision)))
            #expect(place.live() == "build 7")
        }
    }

    @Test func aFolderThatIsNoReleaseIsLeftAloneAndNeverLive() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let store = place.call.store
            let half = store.path(Workplace.revision("a").hex)
            try FileManager.default.createDirectory(atPath: half, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: store.currentLink, withDestinationPath: Workplace.revision("a").hex)
            #expect(store.current == nil)
            #expect(try deploy(place, "a", "one").result.status == .ok)
            #expect(place.live() == "one")
            #expect(FileManager.default.fileExists(atPath: half))
        }
    }

    @Test(arguments: [
        ("", false), ("..", false), ("current", false), (String(repeating: "a", count: 39), false),
        (String(repeating: "a", count: 40), true), (String(repeating: "A", count: 40), false),
        (String(repeating: "0", count: 64), true), (String(repeating: "0", count: 64) + ".2", true),
        (String(repeating: "0", count: 64) + ".1", false), (String(repeating: "0", count: 64) + ".02", false),
        (String(repeating: "0", count: 64) + ".2.3", false), (String(repeating: "0", count: 40) + "/..", false),
    ])
    func onlyARevisionNamesARelease(_ name: String, _ isRelease: Bool) {
        #expect(ReleaseStore.isReleaseName(name) == isRelease)
    }

    @Test(arguments: [
        nil, "", "{}", "garbage", #"{"version":2,"release":"x"}"#, #"{"version":1,"release":"../../etc"}"#,
        #"{"version":1,"release":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","previous":"/etc"}"#,
    ])
    func aForeignCheckpointIsNoCheckpoint(_ state: String?) {
        #expect(DeployCheckpoint(state.map { Array($0.utf8) }) == nil)
    }

    @Test func twoDeploymentsAtATimeAreOneTooMany() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            try place.call.store.locked {
                let failure = try #require(throws: Failure.self) { try deploy(place, "a", "one") }
                #expect(failure.code.rawValue == "swift-build.busy")
                #expect(failure.scheduling == .retry)
            }
            #expect(try deploy(place, "a", "one").result.status == .ok)
        }
    }

    @Test func linksAndFoldersAreCopiedAsTheyAre() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let bundle = place.call.scratchDirectory + "/demo.resources"
            try FileManager.default.createDirectory(atPath: bundle + "/deep/er", withIntermediateDirectories: true)
            try Data("text".utf8).write(to: URL(fileURLWithPath: bundle + "/deep/er/file.txt"))
            try FileManager.default.createSymbolicLink(
                atPath: bundle + "/link", withDestinationPath: "deep/er/file.txt")
            let artifacts = Artifacts(
                items: [.init(name: "demo.resources", source: bundle)], executables: [], run: nil)
            let host = FakeHost()
            #expect(try DeployStage(place.call, Options(), host).install(artifacts).status == .ok)
            let copy = place.call.releaseDirectory + "/current/demo.resources"
            #expect(try String(contentsOfFile: copy + "/deep/er/file.txt", encoding: .utf8) == "text")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: copy + "/link") == "deep/er/file.txt")
            #expect(try DeployStage(place.call, Options(), host).install(artifacts).status == .noChange)
            try Data("tex!".utf8).write(to: URL(fileURLWithPath: bundle + "/deep/er/file.txt"))
            #expect(try DeployStage(place.call, Options(), host).install(artifacts).status == .ok)
        }
    }

    @Test func aReaderNeverFindsNothingLive() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            _ = try deploy(place, "a", "one")
            _ = try deploy(place, "b", "two")
            let store = place.call.store
            let path = store.currentLink + "/hello"
            let watch = Mutex((reads: 0, failures: 0, seen: Set<String>(), isOver: false))
            // A thread of its own: the flips below must not wait for it, nor it for them.
            let thread = Thread {
                while !watch.withLock(\.isOver) {
                    let text = try? String(contentsOfFile: path, encoding: .utf8)
                    watch.withLock { state in
                        state.reads += 1
                        if let text { state.seen.insert(text) } else { state.failures += 1 }
                    }
                }
            }
            thread.start()
            var round = 0
            while round < 20_000, round < 500 || watch.withLock(\.reads) < 500 {
                try store.flip(to: Workplace.revision(round.isMultiple(of: 2) ? "a" : "b").hex)
                round += 1
            }
            let (reads, failures, seen) = watch.withLock { state in
                state.isOver = true
                return (state.reads, state.failures, state.seen)
            }
            #expect(reads >= 500)
            #expect(failures == 0)
            #expect(seen.isSubset(of: ["one", "two"]))
        }
    }
}
