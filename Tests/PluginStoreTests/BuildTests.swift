import Foundation
import Model
import Stages
import TestSupport
import Testing

@testable import PluginStore

@Suite struct BuildManifestTests {
    static let place = PluginPlace(url: "/srv/x", path: "")

    static func manifest(_ names: Set<String>, _ json: String? = nil) throws(Failure) -> BuildManifest {
        try BuildManifest(names: names, manifest: json.map { Array($0.utf8) }, place: place)
    }

    @Test(
        arguments: [
            (["Package.swift", "Cargo.toml", "Makefile"], nil, "swift", "Package.swift", nil),
            (["Cargo.toml", "Makefile"], nil, "cargo", "Cargo.toml", nil),
            (["GNUmakefile"], nil, "make", "GNUmakefile", nil),
            (["Cargo.toml", "Makefile"], #"{"build": "make"}"#, "make", "Makefile", nil),
            (["Makefile"], #"{"library": "out/libx.so"}"#, "make", "Makefile", "out/libx.so"),
            (["Makefile"], "{}", "make", "Makefile", nil),
        ] as [(Set<String>, String?, String, String, String?)]) func theFolderSaysHowItIsBuilt(
            _ names: Set<String>, _ json: String?, system: String, file: String, library: String?
        ) throws
    {
        let manifest = try Self.manifest(names, json)
        #expect(manifest.system.rawValue == system && manifest.file == file && manifest.library == library)
    }

    @Test(
        arguments: [
            ([], nil, "no Package.swift, Cargo.toml or Makefile"), (["README"], nil, "--path DIR"),
            (["Makefile"], #"{"build": "cargo"}"#, "there is no Cargo.toml"),
            (["Makefile"], #"{"build": "cmake"}"#, "none of swift, cargo and make"),
            (["Makefile"], #"{"libary": "x.so"}"#, "unknown member 'libary'"), (["Makefile"], "[]", "no JSON object"),
            (["Makefile"], "{", "no JSON object"), (["Makefile"], #"{"library": "/etc/x.so"}"#, "no name of a file"),
            (["Makefile"], #"{"library": "../x.so"}"#, "no name of a file"),
            (["Makefile"], #"{"library": 1}"#, "no name"),
            (["Makefile"], #"{"example": "../x"}"#, "no folder beside it"),
            (["Makefile"], #"{"options": []}"#, "no JSON object"),
        ] as [(Set<String>, String?, String)]) func whatCannotBeBuiltIsSaid(
            _ names: Set<String>, _ json: String?, _ words: String
        )
    {
        let failure = #expect(throws: Failure.self) { try Self.manifest(names, json) }
        #expect(failure?.code.rawValue == "plugin.manifest")
        #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
    }
}

extension BuildManifestTests {
    @Test func anExampleForTheHarnessIsTheFolderOfThatNameOrTheOneThatIsNamed() throws {
        #expect(try Self.manifest(["Makefile"]).example == nil)
        #expect(try Self.manifest(["Makefile", "example"]).example == "example")
        let named = try Self.manifest(["Makefile", "example"], #"{"example": "try/site", "options": {"a": 1}}"#)
        #expect(named.example == "try/site" && named.options == #"{"a":1}"#)
    }
}

@Suite struct LibraryChoiceTests {
    typealias Candidate = LibraryChoice.Candidate
    static let plugin = Candidate(path: "a.so", digest: "1", isPlugin: true)
    static let other = Candidate(path: "out/b.so", digest: "2", isPlugin: true)
    static let helper = Candidate(path: "helper.so", digest: "3", isPlugin: false)

    private static func choose(_ found: [Candidate], _ wanted: String? = nil) throws(Failure) -> Candidate {
        try LibraryChoice.choose(found, wanted: wanted, place: BuildManifestTests.place)
    }

    @Test func theOneWithTheEntryIsTaken() throws {
        #expect(try Self.choose([Self.helper, Self.plugin]) == Self.plugin)
        #expect(try Self.choose([Self.plugin, Self.other], "b.so") == Self.other)
        #expect(try Self.choose([Self.plugin, Self.other], "out/b.so") == Self.other)
        // The same library twice is one.
        let copy = Candidate(path: "copy/a.so", digest: "1", isPlugin: true)
        #expect(["a.so", "copy/a.so"].contains(try Self.choose([Self.plugin, copy]).path))
    }

    @Test func twoPluginsAreAnErrorThatListsThem() {
        let failure = #expect(throws: Failure.self) { try Self.choose([Self.plugin, Self.other, Self.helper]) }
        #expect(failure?.message.hasSuffix("a.so, out/b.so") == true)
        #expect(failure?.remedy?.contains("plugin.json") == true)
    }

    @Test func noPluginIsAnErrorThatListsWhatThereIs() {
        #expect(
            #expect(throws: Failure.self) { try Self.choose([Self.helper]) }?.remedy
                == "it left: helper.so (without the entry)")
        #expect(#expect(throws: Failure.self) { try Self.choose([]) }?.remedy?.contains("shared library") == true)
        #expect(#expect(throws: Failure.self) { try Self.choose([Self.plugin], "x.so") }?.remedy == "it left: a.so")
        #expect(#expect(throws: Failure.self) { try Self.choose([], "x.so") }?.remedy == "it left no library at all")
    }
}

@Suite struct BuildEnvironmentTests {
    @Test func nothingOfTheDeployersEnvironmentReachesABuild() async throws {
        try await ScratchDirectory.with { scratch in
            let folder = try BuildFolder(in: scratch, for: BuildManifestTests.place) { _ in
                String(repeating: "0", count: 64)
            }
            let secrets = [
                "GITHUB_TOKEN", "DISPATCHER_SSH_PASSPHRASE", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK",
                "DOCKER_HOST", "LD_PRELOAD", "NOTIFY_SOCKET", "MAKEFLAGS", "RUSTC_WRAPPER", "GIT_SSH_COMMAND",
            ]
            var host = Dictionary(uniqueKeysWithValues: secrets.map { ($0, "canary") })
            host.merge([
                "PATH": "/bin", "HOME": "/root", "LANG": "C", "https_proxy": "http://u:canary@proxy",
                "no_proxy": "local",
            ]) { $1 }
            let made = BuildEnvironment.make(from: host, folder, epoch: 7)
            #expect(!made.values.contains { $0.contains("canary") })
            #expect(made["PATH"] == "/bin" && made["no_proxy"] == "local" && made["SOURCE_DATE_EPOCH"] == "7")
            #expect(made["HOME"] == folder.home && made["TMPDIR"] == folder.temporary)
        }
    }

    @Test func aSandboxShowsTheToolsAndNothingElse() async throws {
        try await ScratchDirectory.with { scratch in
            for name in [
                "ws/own", "home/.cargo/bin", "home/.rustup", "home/toolchain/usr/bin", "home/toolchain/usr/lib/swift",
            ] {
                try FileManager.default.createDirectory(atPath: "\(scratch)/\(name)", withIntermediateDirectories: true)
            }
            for tool in ["home/toolchain/usr/bin/swift", "home/.cargo/bin/cargo"] {
                let path = "\(scratch)/\(tool)"
                #expect(
                    FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o755]))
            }
            // As a version manager has it: a folder of links in PATH.
            try FileManager.default.createDirectory(atPath: "\(scratch)/links", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(scratch)/links/swift", withDestinationPath: "\(scratch)/home/toolchain/usr/bin/swift")
            let environment = [
                "PATH": "\(scratch)/links:\(scratch)/home/.cargo/bin", "RUSTUP_HOME": "\(scratch)/home/.rustup",
            ]
            func line(online: Bool) -> [String] {
                Sandbox(
                    program: "/usr/bin/bwrap", environment: environment, programs: ["/x/none"], isOnline: online
                )
                .wrap(["make"], in: "\(scratch)/ws/own", writable: ["\(scratch)/ws/own"])
            }
            let text = line(online: false).joined(separator: " ")
            #expect(text.contains("--unshare-net") && !line(online: true).contains("--unshare-net"))
            for folder in ["/usr", "\(scratch)/links", "\(scratch)/home/.cargo/bin", "\(scratch)/home/.rustup"] {
                #expect(text.contains("--ro-bind \(folder) \(folder) "), "\(folder) is missing in \(text)")
            }
            #expect(text.contains("--ro-bind \(scratch)/home/toolchain/usr "))
            #expect(text.contains("--bind \(scratch)/ws/own \(scratch)/ws/own --chdir \(scratch)/ws/own "))
            #expect(text.hasSuffix(" sh make"))
            for hidden in [
                "--ro-bind / ", "--ro-bind /etc ", "/etc/shadow", "/run", "--ro-bind \(scratch)/home ", "/x/none",
                // Private keys lie there, open to a daemon that is root.
                "--ro-bind /etc/ssl ", "/etc/ssl/private", "--ro-bind /etc/pki ",
            ] {
                #expect(!text.contains(hidden), "\(hidden) is shown in \(text)")
            }
            // Where /etc/resolv.conf is a file and no link, its folder is all of /etc.
            let online = line(online: true).joined(separator: " ")
            for hidden in ["--ro-bind / ", "--ro-bind /etc ", "--ro-bind /run ", "--ro-bind /usr/lib/systemd "] {
                #expect(!online.contains(hidden), "\(hidden) is shown in \(online)")
            }
            #expect(text.contains("--die-with-parent") && text.contains("--unshare-pid"))
        }
    }

    @Test(arguments: [
        ("src/lib.rs:3:5: error[E0425]: cannot find value `x`", "src/lib.rs:3:5: error: cannot find value `x` [E0425]"),
        ("src/lib.rs:3:5: error: plain", "src/lib.rs:3:5: error: plain"),
        ("error: could not compile", "error: could not compile"),
        ("a: error[E", "a: error[E"),
    ]) func cargosShortMessagesAreMadePlain(_ line: String, _ plain: String) {
        #expect(RustMessage.plain(line) == plain)
    }

    @Test func whatAFloodOfOutputLeavesIsBounded() {
        let output = BuildOutput(sources: "/src", show: nil)
        for number in 0..<5000 {
            let line = Array("line \(number) \(String(repeating: "x", count: number == 4998 ? 1_000_000 : 10))\n".utf8)
            line.withUnsafeBytes { output.take(.standardOutput, $0) }
        }
        Array("x.c:2:7: error: expected ';'".utf8).withUnsafeBytes { output.take(.standardError, $0) }
        let (errors, tail) = output.finish()
        #expect(tail.count == 30 && tail.allSatisfy { $0.utf8.count <= 4096 })
        #expect(tail.last == "x.c:2:7: error: expected ';'")
        #expect(errors.map(\.line) == ["x.c:2:7: error: expected ';'"])
    }
}
