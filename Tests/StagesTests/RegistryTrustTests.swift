import Foundation
import Model
import TestSupport
import Testing

@testable import Stages

/// A library runs with the daemon's rights: what others could have changed is not loaded.
@Suite struct RegistryTrustTests {
    enum Breach: CaseIterable {
        case groupWritable, othersWritable, link, folder, foreignOwner, folderWritable, stickyFolder, parentWritable
        case empty, cut, otherMachine, executable, pipe
    }

    @Test(arguments: Breach.allCases) func libraryIsRefusedWithItsReason(_ breach: Breach) async throws {
        try await RegistryFixture.with { fixture in
            let path = try await fixture.drop("alpha")
            let reason = try commit(breach, path, fixture)
            let registry = try fixture.registry()
            let info = try #require(await registry.list().first)
            guard let reason else { return }  // not possible for this user
            #expect(!info.isReady && !info.isQuarantined, "\(breach): \(info.state)")
            #expect(info.reason.contains(reason), "\(breach): \(info.reason)")
            #expect(await registry.readyPlugins().isEmpty)
        }
    }

    /// Returns what the reason must name; nil when the test cannot be made by this user.
    private func commit(_ breach: Breach, _ path: String, _ fixture: RegistryFixture) throws -> String? {
        let file = URL(fileURLWithPath: path)
        switch breach {
        case .groupWritable: chmod(path, 0o775)
        case .othersWritable: chmod(path, 0o757)
        case .folderWritable: chmod(fixture.workspace, 0o775)
        case .stickyFolder: chmod(fixture.workspace, 0o1777)
        case .parentWritable: chmod("\(fixture.folder)/workspace", 0o777)
        case .link:
            try FileManager.default.moveItem(atPath: path, toPath: "\(fixture.folder)/real.so")
            try FileManager.default.createSymbolicLink(
                atPath: path, withDestinationPath: "\(fixture.folder)/real.so")
            return "symbolic link"
        case .folder:
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
            return "not a regular file"
        case .pipe:
            try FileManager.default.removeItem(at: file)
            #expect(mkfifo(path, 0o600) == 0)
            return "not a regular file"
        case .foreignOwner: return chown(path, 12345, 12345) == 0 ? "belongs to user 12345" : nil
        case .empty:
            try Data().write(to: file)
            return "empty"
        case .cut:
            let whole = try Data(contentsOf: file)
            try whole.prefix(whole.count / 2).write(to: file)
            return "cut short"
        case .otherMachine:
            try change(file) { $0[18] = 40 }
            return "made for ARM (32-bit)"
        case .executable:
            try change(file) { $0[16] = 2 }
            return "no shared library"
        }
        return "written to by its group or by others"
    }

    private func change(_ file: URL, _ body: (inout Data) -> Void) throws {
        var content = try Data(contentsOf: file)
        body(&content)
        try content.write(to: file)
    }

    @Test func folderThatIsMendedIsSeenWithTheNextScan() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("alpha")
            chmod("\(fixture.folder)/workspace", 0o777)
            let registry = try fixture.registry()
            #expect(await registry.readyPlugins().isEmpty)
            chmod("\(fixture.folder)/workspace", 0o755)
            #expect(await registry.rescan())
            #expect(await registry.readyPlugins().count == 1)
        }
    }

    @Test func allowListAdmitsByDigest() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("alpha")
            try await fixture.drop("beta")
            let digest = try #require(await (try fixture.registry()).list().first?.digest)
            let registry = try fixture.registry { $0.allowedDigests = [digest.uppercased()] }
            let infos = await registry.list()
            #expect(infos.map(\.isReady) == [true, false])
            #expect(infos[1].reason.contains("\(infos[1].digest) is not on the allow-list"))
            await registry.allow([digest, infos[1].digest])
            #expect(await registry.list().map(\.isReady) == [true, true])
            await registry.allow([])
            #expect(await registry.list().map(\.isReady) == [false, false])
        }
    }

    @Test func libraryThatCameByGitIsNotLoadedUnlessAllowed() async throws {
        try await RegistryFixture.with { fixture in
            let path = try await fixture.drop("alpha")
            try await fixture.drop("beta")
            let registry = try fixture.registry { $0.isTracked = { $0 == path } }
            let infos = await registry.list()
            #expect(infos.map(\.isReady) == [false, true])
            #expect(infos[0].reason.contains("came by git"))
            #expect(infos[0].reason.contains("DISPATCHER_PLUGIN_DIGESTS"))
            #expect(infos[0].reason.contains("git rm --cached plugins/alpha.so"))
            #expect(infos[0].digest.count == 64)
            #expect(!FileManager.default.fileExists(atPath: "\(fixture.cache)/\(infos[0].digest).so"))
            await registry.allow([infos[0].digest])
            #expect(await registry.list().map(\.isReady) == [true, false])
        }
    }

    /// A commit can make `plugins`, or a folder above it, a link to wherever its author likes.
    @Test func folderThatIsALinkInTheWorkspaceIsRefused() async throws {
        try await RegistryFixture.with { fixture in
            let root = "\(fixture.folder)/workspace"
            let evil = "\(root)/repos/evil"
            try FileManager.default.createDirectory(atPath: evil, withIntermediateDirectories: true)
            chmod("\(root)/repos", 0o755)
            chmod(evil, 0o755)
            try await fixture.drop("alpha", in: evil)
            rmdir(fixture.workspace)
            symlink("repos/evil", fixture.workspace)
            let registry = try fixture.registry { $0.workspace = root }
            let info = try #require(await registry.list().first)
            #expect(!info.isReady && info.reason.contains("leads through the link"), "\(info.state)")

            // Named as it is, nobody knows whether it came by git; its digest tells.
            let plain = try fixture.registry {
                $0.workspace = root
                $0.searchPath = [evil]
            }
            let other = try #require(await plain.list().first)
            #expect(!other.isReady && other.reason.contains("may have come by git"), "\(other.state)")
            await plain.allow([other.digest])
            #expect(await plain.list().first?.isReady == true)
        }
    }

    @Test func trackedLibraryIsFoundOutByWhicheverWayItIsNamed() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("alpha")
            let link = "\(fixture.folder)/link"
            symlink("\(fixture.folder)/workspace", link)
            for (root, path) in [(link, fixture.workspace), ("\(fixture.folder)/workspace", "\(link)/plugins")] {
                let registry = try fixture.registry {
                    $0.workspace = root
                    $0.searchPath = [path]
                    $0.isTracked = { $0 == "\(root)/plugins/alpha.so" }
                }
                let info = try #require(await registry.list().first)
                #expect(info.reason.contains("came by git"), "\(path): \(info.state)")
            }
            let own = try fixture.registry { $0.workspace = link }
            #expect(await own.list().first?.isReady == true)
        }
    }

    /// The header is the first thing that is read of a file of anybody's.
    @Test func headersOfAnyBytesAreReadWithoutATrap() async throws {
        try await RegistryFixture.with { fixture in
            let path = try await fixture.drop("alpha")
            let good = Array(try Data(contentsOf: URL(fileURLWithPath: path)).prefix(4096))
            #expect(LibraryHeader.elfProblem(good, size: 1 << 20) == nil)
            for field in [32, 40, 54, 56, 64 + 8, 64 + 32] {
                for value in [UInt8(0xFF), 0x80, 0x7F, 0] {
                    var bytes = good
                    for offset in field..<min(field + 8, 64 + 40) { bytes[offset] = value }
                    _ = LibraryHeader.elfProblem(bytes, size: 1 << 20)
                }
            }
            var highTable = good
            for offset in 32..<40 { highTable[offset] = 0xFF }
            #expect(LibraryHeader.elfProblem(highTable, size: 1 << 20) == "its program headers are damaged")
            var random = SystemRandomNumberGenerator()
            for _ in 0..<20_000 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes[Int.random(in: 5..<300, using: &random)] =
                        [0xFF, 0x80, 0, UInt8.random(in: 0...255)][
                            Int.random(in: 0..<4, using: &random)]
                }
                _ = LibraryHeader.elfProblem(Array(bytes.prefix(Int.random(in: 60...4096, using: &random))), size: 5000)
            }
        }
    }

    /// What a killed daemon left in the cache is nobody's way in, and in nobody's way.
    @Test func draftsOfTheCacheAreMadeAnew() async throws {
        try await RegistryFixture.with { fixture in
            try await fixture.drop("alpha")
            try FileManager.default.createDirectory(
                atPath: fixture.cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let victim = "\(fixture.folder)/victim"
            try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
            for number in 0..<1024 { symlink(victim, "\(fixture.cache)/.\(getpid())-\(number).new") }
            #expect(try await fixture.registry().list().first?.isReady == true)
            #expect(FileManager.default.contents(atPath: victim) == Data("precious".utf8))
        }
    }

    @Test func unchangedLibraryIsNotHashedAgain() async throws {
        try await RegistryFixture.with { fixture in
            let path = try await fixture.drop("alpha")
            let info = try #require(await fixture.registry().list().first)
            let copy = "\(fixture.cache)/\(info.digest).so"
            var options = PluginRegistry.Options(
                searchPath: [], cacheDirectory: fixture.cache, worker: "/no/such/worker")
            let examiner = LibraryExaminer(options: options)
            let file = LibraryScan.File(path: path, folder: fixture.workspace, signature: nil)
            let entry = DigestMemory.Entry(
                digest: info.digest, source: try #require(LibraryScan.Signature.of(path)),
                copy: LibraryScan.Signature.of(copy))
            let known = try examiner.copy(file, known: entry).get()
            #expect(known.digest == info.digest && known.path == copy)
            #expect(LibraryScan.Signature.of(copy) == entry.copy, "it was not copied again")
            #expect(entry.isSettled(Int(entry.source.changed / 1_000_000) + 5000))
            #expect(!entry.isSettled(Int(entry.source.changed / 1_000_000) + 100))

            // Configuration is asked all the same.
            options.allowedDigests = []
            #expect(try LibraryExaminer(options: options).copy(file, known: entry).get().exclusion != nil)
            // A copy that was touched, and a library that was, are looked at again.
            chmod(copy, 0o700)
            try Data("junk".utf8).write(to: URL(fileURLWithPath: copy))
            #expect(try examiner.copy(file, known: entry).get().digest == info.digest)
            #expect(FileManager.default.contents(atPath: copy) == FileManager.default.contents(atPath: path))
            try await fixture.drop("alpha", ["MOCK_VERSION": "\"2\""])
            #expect(try examiner.copy(file, known: entry).get().digest != info.digest)
        }
    }

    @Test func cacheIsPrivate() async throws {
        try await RegistryFixture.with { fixture in
            try FileManager.default.createDirectory(atPath: fixture.cache, withIntermediateDirectories: true)
            chmod(fixture.cache, 0o777)
            try await fixture.drop("alpha")
            #expect(try await fixture.registry().list().first?.isReady == true)
            let mode = try FileManager.default.attributesOfItem(atPath: fixture.cache)[.posixPermissions] as? Int
            #expect(mode == 0o700)
            try FileManager.default.removeItem(atPath: fixture.cache)
            try Data().write(to: URL(fileURLWithPath: fixture.cache))
            #expect(throws: Failure.self) { try fixture.registry() }
        }
    }

    /// FIPS 180-4, examples of NIST's Cryptographic Standards and Guidelines.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func digestIsSHA256(_ text: String, _ expected: String) {
        #expect(SHA256.hex(of: Array(text.utf8)) == expected)
        var pieces = SHA256()
        for start in stride(from: 0, to: text.utf8.count, by: 4999) {
            Array(text.utf8.dropFirst(start).prefix(4999)).withUnsafeBytes { pieces.update($0) }
        }
        #expect(pieces.finish() == expected)
    }
}
