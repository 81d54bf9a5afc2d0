import Model
import TestSupport
import Testing

/// Images on every engine and with every builder: where a Dockerfile fails, and what is not touched by it.
@Suite(.serialized, .enabled(if: Lab.isBuilt, "the plugin's library or PluginWorker is not built"))
struct BuildTests {
    private static let broken = """
        # A comment, and an instruction over several lines.
        FROM base:1
        RUN echo good \\
            && echo still good

        COPY greeting /greeting
        RUN echo before && \\
            echo it breaks here >&2 && exit 7

        """

    @Test(.enabled(if: !EngineFixture.available.isEmpty, "\(EngineFixture.reason)"), arguments: EngineFixture.available)
    func aStepThatFailsIsAFindingOnItsLine(_ kind: EngineFixture) async throws {
        try await Lab.with(kind) { lab in
            for builder in kind == .composeV2 ? ["buildkit", "classic"] : ["auto"] {
                lab.options(["builder": .string(builder)])
                try lab.write(Sample.files("one"))
                try lab.write(["Dockerfile": Self.broken])
                lab.forgetLog()
                let failed = try await lab.run(.build, "a")
                #expect(failed.status == .failed, "\(builder): \(failed)")
                let finding = failed.diagnostics.first { $0.code == "compose.build" }
                #expect(finding?.location?.file == "Dockerfile", "\(builder): \(failed.diagnostics)")
                #expect(finding?.location?.line == 7, "\(builder): \(failed.diagnostics)\n\(lab.log)")
                #expect(finding?.detail?.contains("it breaks here") == true, "\(builder): \(failed.diagnostics)")
                #expect(lab.log.contains("it breaks here"), "\(builder): the output is in the log")

                try lab.write(["Dockerfile": "FROM base:1\n\nRUNN echo\n"])
                let syntax = try await lab.run(.build, "a")
                let place = syntax.diagnostics.first { $0.code == "compose.build" }?.location
                #expect(place?.line == 3 || kind == .podman, "\(builder): \(syntax.diagnostics)\n\(lab.log)")
                try lab.write(["Dockerfile": "FROM base:1\nCOPY nowhere /x\n"])
                let copy = try await lab.run(.build, "a")
                #expect(
                    copy.diagnostics.first { $0.code == "compose.build" }?.location?.line == 2,
                    "\(builder): \(copy.diagnostics)\n\(lab.log)")
            }
        }
    }

    @Test(.enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
    func whatIsMissingFailsBeforeAnythingIsTouched() async throws {
        try await Lab.with(.composeV2) { lab in
            try lab.write(Sample.files("one"))
            try await lab.deploy("a")
            let running = try lab.running()
            // Nobody builds.
            lab.options(["build_docker": .bool(false)])
            try lab.write(["greeting": "two\n"])
            for stage in [Stage.build, .deploy] {
                let off = try await lab.run(stage, "b")
                #expect(off.status == .failed, "\(stage): \(off)")
                #expect(off.summary.contains("build_docker"), "\(off.summary)")
                #expect(off.diagnostics.contains { $0.location?.file == "compose.yaml" && $0.location?.line == 3 })
            }
            // An image that is nowhere, from a registry that does not answer.
            lab.options([:])
            let compose = Sample.compose().replacing("image: base:1", with: "image: 127.0.0.1:9/nothing:1")
            try lab.write(["compose.yaml": compose])
            let away = try await lab.run(.build, "b")
            #expect(away.status == .retryable, "\(away)")
            lab.options(["pull": .string("never")])
            let missing = try await lab.run(.deploy, "b")
            #expect(missing.status == .failed)
            #expect(missing.diagnostics.contains { $0.code == "compose.image" }, "\(missing.diagnostics)")
            #expect(try lab.running() == running)
        }
    }

    @Test(.enabled(if: EngineFixture.composeV2.absence == nil, "\(EngineFixture.reason)"))
    func oldImagesNetworksAndCacheGoAndOthersStay() async throws {
        try await Lab.with(.composeV2) { lab in
            lab.options(["keep_releases": .integer(2), "builder": .string("buildkit")])
            try lab.ask("tag", "base:1", "other-web:aaaaaaaaaaaa")
            try lab.ask("network", "create", "team-shop_mine")
            let old = "networks: {old: {}}"
            try lab.write(Sample.files("one", web: "networks: [old]", more: old))
            try lab.write(["Dockerfile": Sample.dockerfile + "RUN echo one > /made\n"])
            try await lab.deploy("a")
            func cache() throws -> Int {
                try lab.ask("system", "df", "-v", "--format", "{{range .BuildCache}}{{println .ID}}{{end}}")
                    .split(separator: "\n").count
            }
            func tags() throws -> Set<String> {
                Set(
                    try lab.ask("images", "--format", "{{.Repository}}:{{.Tag}}").split(separator: "\n").map(
                        String.init
                    )
                    .filter { !$0.hasPrefix("base") })
            }
            let made = try cache()
            #expect(made > 0)
            for (index, revision) in ["b", "c", "d"].enumerated() {
                try lab.write(Sample.files("greeting \(index)"))
                try lab.write(["Dockerfile": Sample.dockerfile + "RUN echo \(revision) > /made\n"])
                try await lab.deploy(Character(revision))
            }
            let left = try tags()
            #expect(
                left == [
                    "other-web:aaaaaaaaaaaa", "\(lab.repository("web")):cccccccccccc",
                    "\(lab.repository("web")):dddddddddddd",
                    // Its image never changed: it is still called as it was first.
                    "\(lab.repository("db")):aaaaaaaaaaaa",
                ], "\(left)")
            let networks = try lab.ask("network", "ls", "--format", "{{.Name}}")
            #expect(!networks.contains("team-shop_old"), "\(networks)")
            #expect(networks.contains("team-shop_mine"), "\(networks)")
            let steps = try lab.ask(
                "system", "df", "-v", "--format", "{{range .BuildCache}}{{println .Description}}{{end}}")
            #expect(!steps.contains("echo one > /made"), "\(steps)")
            #expect(steps.contains("echo d > /made"), "\(steps)")
            // The release before is whole: it comes back without a builder.
            try lab.write(["Dockerfile": "FROM base:1\nCMD [\"/bin/false\"]\n"])
            _ = try await lab.run(.build, "e")
            #expect(try await lab.run(.deploy, "e").status == .failed)
            #expect(try await lab.run(.rollback, "e").status == .ok)
            #expect(try Set(lab.running().keys) == ["web", "db"])
        }
    }
}
