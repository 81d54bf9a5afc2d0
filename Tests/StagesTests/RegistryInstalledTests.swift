import Foundation
import Model
import Synchronization
import TestSupport
import Testing

@testable import Stages

/// Libraries that were installed with consent to their digest.
@Suite struct RegistryInstalledTests {
    /// What the store says, as it changes.
    private final class Store: Sendable {
        private let digests = Mutex<[String: Set<String>]>([:])
        func set(_ file: String, _ allowed: Set<String>?) { digests.withLock { $0[file] = allowed } }
        var libraries: InstalledLibraries { InstalledLibraries(digests.withLock { $0 }) }
    }

    private static func with(
        isTracked: Bool = false, allowed: Set<String>? = nil,
        _ body: (RegistryFixture, Store, PluginRegistry) async throws -> Void
    ) async throws {
        try await RegistryFixture.with { fixture in
            let store = Store()
            let registry = try fixture.registry { options in
                options.workspace = "\(fixture.folder)/workspace"
                options.isTracked = { _ in isTracked }
                options.allowedDigests = allowed
                options.installed = { store.libraries }
            }
            try await body(fixture, store, registry)
        }
    }

    private static func digest(_ path: String) throws -> String {
        SHA256.hex(of: Array(try Data(contentsOf: URL(filePath: path))))
    }

    @Test func aFileThatIsNotTheAgreedOneIsRefusedWhileOthersAreNot() async throws {
        try await Self.with { fixture, store, registry in
            let path = try await fixture.drop("alpha")
            try await fixture.drop("beta")
            store.set("alpha.so", [String(repeating: "0", count: 64)])
            let found = await registry.list()
            #expect(found.map(\.isReady) == [false, true])
            #expect(found.first?.reason.contains("it is not the library") == true, "\(found)")
            // The store changes while the file stays.
            store.set("alpha.so", [try Self.digest(path)])
            #expect(await registry.rescan())
            #expect(await registry.list().allSatisfy(\.isReady))
            store.set("alpha.so", nil)
            await registry.rescan()
            #expect(await registry.list().allSatisfy(\.isReady))
        }
    }

    @Test func twoDigestsAreGoodWhileOneLibraryTakesTheOthersPlace() async throws {
        try await Self.with { fixture, store, registry in
            let old = try Self.digest(try await fixture.drop("alpha"))
            let new = try Self.digest(try await fixture.drop("alpha", ["MOCK_VERSION": "\"2.0.0\""]))
            #expect(old != new)
            store.set("alpha.so", [old, new])
            #expect(await registry.list().allSatisfy(\.isReady))
            try await fixture.drop("alpha")
            await registry.rescan()
            #expect(await registry.list().allSatisfy(\.isReady))
        }
    }

    @Test func anAgreedDigestIsAsGoodAsOneOnTheAllowList() async throws {
        try await Self.with(isTracked: true, allowed: []) { fixture, store, registry in
            let path = try await fixture.drop("alpha")
            try await fixture.drop("beta")
            #expect(await registry.list().map(\.isReady) == [false, false])
            store.set("alpha.so", [try Self.digest(path)])
            await registry.rescan()
            #expect(await registry.list().map(\.isReady) == [true, false])
        }
    }

    /// It is for the workspace's `plugins/`: a file of that name elsewhere is another one.
    @Test func aLibraryOfTheSameNameElsewhereIsNotMeant() async throws {
        try await Self.with { fixture, store, registry in
            try await fixture.drop("alpha", in: fixture.installed)
            store.set("alpha.so", [String(repeating: "0", count: 64)])
            #expect(await registry.list().allSatisfy(\.isReady))
        }
    }
}
