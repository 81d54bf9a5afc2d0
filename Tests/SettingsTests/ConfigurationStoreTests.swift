import TestSupport
import Testing

@testable import Settings

@Suite struct ConfigurationStoreTests {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func aBadFileLeavesTheLastGoodOneInForce() throws {
        let store = ConfigurationStore()
        #expect(store.current == .none)
        let good = try DeployerFileTests.parse("parallel: 3")
        #expect(store.load(Self.bytes("parallel: 3")) == .changed(good))
        guard case .refused(let problems) = store.load(Self.bytes("paralell: 4")) else {
            Issue.record("was taken")
            return
        }
        #expect(problems.problems.count == 1)
        #expect(store.problems == problems)
        #expect(store.current == good)
        // The same values as those in force: mended, and nothing changed.
        #expect(store.load(Self.bytes("# back\nparallel: 3")) == .unchanged)
        #expect(store.problems == nil)
    }

    @Test func noFileIsAConfigurationToo() throws {
        let store = ConfigurationStore()
        #expect(store.load(nil) == .changed(.none))
        #expect(store.load(nil) == .unchanged)
        let empty = try DeployerFileTests.parse("services: {}")
        #expect(store.load(Self.bytes("services: {}")) == .changed(empty))
        #expect(store.load(nil) == .changed(.none))
    }

    @Test func aRestartRemembersTheLastGoodFile() async throws {
        try await ScratchDirectory.with { folder in
            let memory = "\(folder)/last-good.yaml"
            let first = ConfigurationStore(memory: memory)
            _ = first.load(Self.bytes("parallel: 3"))
            _ = first.load(Self.bytes("parallel: ["))
            let second = ConfigurationStore(memory: memory)
            guard case .refused = second.load(Self.bytes("parallel: [")) else {
                Issue.record("was taken")
                return
            }
            let remembered = try DeployerFileTests.parse("parallel: 3")
            #expect(second.current == remembered)
            // Told again after a restart, whatever was remembered: nobody has acted on it yet.
            #expect(second.load(Self.bytes("parallel: 3")) == .changed(second.current))
        }
    }

    @Test func whoOnlyLooksWritesNothingAndOthersMayReadWhatIsWritten() async throws {
        try await ScratchDirectory.with { folder in
            let memory = "\(folder)/last-good.yaml"
            _ = ConfigurationStore(memory: memory, isReadOnly: true).load(Self.bytes("parallel: 3"))
            #expect(SmallFile.attributes(memory) == nil)
            _ = ConfigurationStore(memory: memory).load(Self.bytes("parallel: 3"))
            let attributes = try #require(SmallFile.attributes(memory))
            #expect(attributes.permissions & 0o444 == 0o444)
            let looking = ConfigurationStore(memory: memory, isReadOnly: true)
            let expected = try DeployerFileTests.parse("parallel: 3")
            #expect(looking.current == expected)
        }
    }

    @Test func thatThereWasNoFileIsRememberedAsGood() async throws {
        try await ScratchDirectory.with { folder in
            let memory = "\(folder)/last-good.yaml"
            let first = ConfigurationStore(memory: memory)
            _ = first.load(Self.bytes("parallel: ["))
            #expect(!first.isGood)
            #expect(!ConfigurationStore(memory: memory).isGood)
            _ = first.load(nil)
            #expect(first.isGood)
            let second = ConfigurationStore(memory: memory)
            _ = second.load(Self.bytes("parallel: ["))
            #expect(second.isGood && second.current == .none)
        }
    }

    @Test func aSettingIsTakenFromAnotherFile() throws {
        let home = try DeployerFileTests.parse("git: {branch: release}\nparallel: 2")
        let own = try DeployerFileTests.parse("git: {branch: main}\nparallel: 3")
        let settings = try SettingsResolver(configuration: own.taking(.branch, from: home)).resolve()
        #expect(settings.branch == "release" && settings.parallel == 3)
        let silent = try SettingsResolver(configuration: own.taking(.branch, from: .none)).resolve()
        #expect(silent.branch == "main" && silent.parallel == 3)
    }

    @Test func aMemoryThatCannotBeWrittenIsNoReasonToFail() {
        let store = ConfigurationStore(memory: "/proc/nowhere/last-good.yaml")
        #expect(store.load(Self.bytes("parallel: 3")) != .unchanged)
    }
}
