import Foundation
import Model
import TestSupport
import Testing

@testable import Stages

/// Secrets are found where they are said to be, and hidden wherever they turn up.
@Suite struct WorkerSecretTests {
    @Test(arguments: [
        ("s3cr3t-value", "plain s3cr3t-value here", "plain *** here"),
        ("s3cr3t-value", "s3cr3t-values3cr3t-value", "***"),
        ("s3cr3t-value", "s3cr3t-valu", "s3cr3t-valu"),
        ("p@ss w/rd", "url p%40ss%20w%2Frd end", "url *** end"),
        ("p@ss w/rd", "url p%40ss%20w%2frd end", "url *** end"),
        ("say \"hi\"", #"{"k":"say \"hi\""}"#, #"{"k":"***"}"#),
        ("first-line\nsecond-line", "a second-line b first-line", "a *** b ***"),
        ("short", "short", "short"),
        ("s3cr3t-value", "hex 7333637233742d76616c7565.", "hex ***."),
        ("s3cr3t-value", "HEX 7333637233742D76616C7565.", "HEX ***."),
        ("p/ss<w>rd&1", #"{"k":"p\/ss<w>rd&1"}"#, #"{"k":"***"}"#),
        ("p/ss<w>rd&1", #"{"k":"p/ss\u003cw\u003erd\u00261"}"#, #"{"k":"***"}"#),
        ("schlüssel-1", #"{"k":"schl\u00fcssel-1"}"#, #"{"k":"***"}"#),
        ("p/ss<w>rd&1", "<p>p/ss&lt;w&gt;rd&amp;1</p>", "<p>***</p>"),
        // Cut by somebody who did not know it for a secret.
        ("0123456789abcdefghij", "it said 0123456789abcdef", "it said ***"),
        ("0123456789abcdefghij", "it said 0123456789abcdefghi…", "it said ***…"),
        ("0123456789abcdefghij", "it said 0123456789", "it said 0123456789"),
        // An address begins as others on its machine do.
        ("http://127.0.0.1:40123", "at http://127.0.0.1:8108", "at http://127.0.0.1:8108"),
        ("http://127.0.0.1:40123", "at http://127.0.0.1:40123/config", "at ***/config"),
    ])
    func secretIsHiddenInEveryShape(_ secret: String, _ text: String, _ expected: String) {
        #expect(SecretMasker([secret]).mask(text) == expected)
    }

    @Test func secretIsHiddenInBase64WhateverStandsBeforeIt() {
        let secret = "correct-horse-battery"
        let masker = SecretMasker([secret])
        for prefix in ["", "u", "us", "user:", "somebody:"] {
            for suffix in ["", "!", "!!"] {
                let encoded = Data((prefix + secret + suffix).utf8).base64EncodedString()
                for text in [encoded, encoded.replacing("+", with: "-").replacing("/", with: "_")] {
                    let masked = masker.mask("Basic \(text)")
                    #expect(masked.contains("***"))
                    // At most the digits that also depend on the neighbours are left.
                    #expect(masked.utf8.count < 40, "\(masked)")
                }
            }
        }
    }

    @Test func longerSecretWinsAndOverlapsAreJoined() {
        let masker = SecretMasker(["abcdef", "abcdefghij", "efghijkl"])
        #expect(masker.mask("-abcdefghij-") == "-***-")
        #expect(masker.mask("-abcdefghijkl-") == "-***-")
        #expect(masker.mask("-abcdefg-") == "-***g-")
    }

    /// A stream that is cut anywhere comes out as the whole would.
    @Test func streamIsMaskedAcrossItsPieces() {
        let secrets = ["tok-en-1", "tok-en-1-longer", "ZZZZZZZZ"]
        let masker = SecretMasker(secrets)
        let text = "tok-en-1 tok-en-1-longer! tok-en- ZZZZZZZ ZZZZZZZZZ tok-en-1-long\nend tok-en-1"
        for size in 1...text.utf8.count {
            var stream = masker.stream()
            var out: [UInt8] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(start + size, bytes.count)].withUnsafeBytes {
                    stream.process($0) { out.append(contentsOf: $0) }
                }
            }
            stream.finish { out.append(contentsOf: $0) }
            let masked = String(decoding: out, as: UTF8.self)
            for secret in secrets { #expect(!masked.contains(secret), "pieces of \(size): \(masked)") }
            #expect(masked.contains("tok-en- ZZZZZZZ ***"), "pieces of \(size): \(masked)")
        }
    }

    @Test func randomTextIsMaskedLikeTheObviousWay() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("abc".utf8)
        for _ in 0..<300 {
            let secret = (0..<7).map { _ in alphabet.randomElement(using: &generator)! }
            let search = PatternSearch([secret])
            let text = (0..<3000).map { _ in alphabet.randomElement(using: &generator)! }
            var covered = [Bool](repeating: false, count: text.count)
            for start in 0...(text.count - 7) where text[start..<start + 7].elementsEqual(secret) {
                for index in start..<start + 7 { covered[index] = true }
            }
            let found = text.withUnsafeBytes { search?.matches(in: $0) ?? [] }
            var mine = [Bool](repeating: false, count: text.count)
            for range in found { for index in range { mine[index] = true } }
            #expect(mine == covered)
        }
    }

    @Test func storeFindsVariablesFilesAndNames() async throws {
        try await ScratchDirectory.with { folder in
            try Data("from-a-file\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/secret"))
            try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: "\(folder)/binary"))
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            let masker = SecretMasker()
            let store = SecretStore(environment: ["TOKEN": "from-env", "EMPTY": ""], masker: masker) {
                ["registry": "env:TOKEN", "literal": "from-config"][$0]
            }
            #expect(try await store.resolve("env:TOKEN") == "from-env")
            #expect(try await store.resolve("file:\(folder)/secret") == "from-a-file")
            #expect(try await store.resolve("registry") == "from-env")
            #expect(try await store.resolve("literal") == "from-config")
            #expect(masker.mask("from-env from-a-file from-config") == "*** *** ***")
            for missing in ["env:NONE", "env:EMPTY", "file:\(folder)/none", "unknown", "file:\(folder)/pipe"] {
                let failure = await failure(missing, store)
                #expect(failure?.code == .secretMissing, "\(missing)")
            }
            #expect(await failure("file:\(folder)/binary", store)?.code == .secretUnreadable)
        }
    }

    /// A reference may come with a commit.
    @Test func aReferenceLeadsOnlyWhereTheOperatorLetsIt() async throws {
        try await ScratchDirectory.with { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/open", withIntermediateDirectories: false)
            for name in ["open/key", "passwd"] {
                try Data("value-of-\(name)\n".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/open/link", withDestinationPath: "\(folder)/passwd")
            let store = SecretStore(
                environment: ["GITHUB_TOKEN": "the-daemons-own"], masker: SecretMasker(), own: ["GITHUB_TOKEN"],
                folders: ["\(folder)/open"],
                named: { ["forge": "env:GITHUB_TOKEN", "any": "file:\(folder)/passwd"][$0] })
            #expect(try await store.resolve("file:\(folder)/open/key") == "value-of-open/key")
            #expect(try await store.resolve("forge") == "the-daemons-own")
            #expect(try await store.resolve("any") == "value-of-passwd")
            for refused in [
                "env:GITHUB_TOKEN", "file:\(folder)/passwd", "file:\(folder)/open/link",
                "file:\(folder)/open/../passwd",
            ] {
                let failure = await #expect(throws: Failure.self) { try await store.resolve(refused) }
                #expect(failure?.remedy?.contains("DISPATCHER_SECRET_<NAME>=\(refused)") == true, "\(refused)")
            }
        }
    }

    @Test func environmentOfAChildIsAnAllowList() {
        let host = ["PATH": "/bin", "GITHUB_TOKEN": "t", "LD_PRELOAD": "x", "CC": "clang", "DEPLOYER_X": "1"]
        let made = ChildEnvironment.make(
            inheriting: ["CC", "GITHUB_TOKEN", "LD_PRELOAD", "DEPLOYER_X", "NONE"], setting: ["A": "1", "PATH": "/p"],
            from: host)
        #expect(made == ["PATH": "/p", "CC": "clang", "A": "1"])
    }

    private func failure(_ reference: String, _ store: SecretStore) async -> Failure? {
        do throws(Failure) {
            _ = try await store.resolve(reference)
            return nil
        } catch {
            return error
        }
    }
}
