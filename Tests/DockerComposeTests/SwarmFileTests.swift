import DockerComposeLogic
import Foundation
import PluginKit
import Testing

/// A Compose file made fit for `docker stack deploy`, without an engine.
struct SwarmFileTests {
    private static func file(
        _ service: String, shared: String = "", place: String? = nil, finishing: Set<String> = []
    ) throws -> SwarmFile {
        let text = "{\"services\":{\"web\":{\(service)}}\(shared.isEmpty ? "" : ",")\(shared)}"
        let stack = Stack(try PluginJSON(parsing: Array(text.utf8)), directory: "/src/shop")
        return SwarmFile(
            stack, project: "shop", folder: "/src/shop", forbidden: ["/src"], place: place, finishing: finishing,
            contentOf: { $0.hasSuffix("gone") ? nil : Digest.of($0) })
    }

    /// What Compose v2 and v1 print, and what `docker stack deploy` takes.
    @Test(arguments: [
        (#""image":"a","entrypoint":null,"x-note":1,"profiles":["p"]"#, #"{"image":"a"}"#),
        (#""restart":"unless-stopped""#, #"{"deploy":{"restart_policy":{"condition":"any"}}}"#),
        (
            #""restart":"on-failure:3""#,
            #"{"deploy":{"restart_policy":{"condition":"on-failure","max_attempts":3}}}"#
        ),
        (#""restart":"no""#, #"{"deploy":{"restart_policy":{"condition":"none"}}}"#),
        (
            #""restart":"always","deploy":{"restart_policy":{"condition":"none"}}"#,
            #"{"deploy":{"restart_policy":{"condition":"none"}}}"#
        ),
        (
            #""ports":[{"mode":"host","target":80,"published":"8080","protocol":"tcp","name":"web"}]"#,
            #"{"ports":[{"mode":"host","protocol":"tcp","published":8080,"target":80}]}"#
        ),
        (#""ports":["8080:80/tcp"]"#, #"{"ports":["8080:80/tcp"]}"#),
        (
            #""mem_limit":"64m","cpus":0.5,"deploy":{"resources":{}}"#,
            #"{"deploy":{"resources":{"limits":{"cpus":"0.5","memory":"64m"}}}}"#
        ),
        (
            #""deploy":{"replicas":3,"resources":{"limits":{"cpus":0.2}}}"#,
            #"{"deploy":{"replicas":3,"resources":{"limits":{"cpus":"0.2"}}}}"#
        ),
        (#""scale":2"#, #"{"deploy":{"replicas":2}}"#),
        (#""extra_hosts":["a=1.2.3.4","b:::1"]"#, #"{"extra_hosts":["a:1.2.3.4","b:::1"]}"#),
        (#""networks":{"default":null,"in":{"priority":1}}"#, #"{"networks":{"default":null,"in":null}}"#),
        (
            #""volumes":[{"type":"bind","source":"/srv","target":"/x","bind":{"create_host_path":true}}]"#,
            #"{"volumes":[{"source":"/srv","target":"/x","type":"bind"}]}"#
        ),
        (
            #""volumes":[{"type":"volume","source":"data","target":"/d","volume":{}}]"#,
            #"{"volumes":[{"source":"data","target":"/d","type":"volume"}]}"#
        ),
        (#""volumes":["data:/d:rw","/srv:/x:ro"]"#, #"{"volumes":["data:/d:rw","/srv:/x:ro"]}"#),
        (#""secrets":[{"source":"t","mode":"0400"}]"#, #"{"secrets":[{"mode":256,"source":"t"}]}"#),
        (
            #""healthcheck":{"test":["CMD","true"],"interval":"3s","start_interval":"1s"}"#,
            #"{"healthcheck":{"interval":"3s","test":["CMD","true"]}}"#
        ),
        (#""depends_on":{"db":{"condition":"service_healthy"}},"env_file":["a"]"#, "{}"),
        (#""privileged":false,"network_mode":"default","container_name":"w""#, "{}"),
    ])
    func whatASwarmTakesIsKeptOrPutItsWay(_ given: String, _ wanted: String) throws {
        let file = try Self.file(given)
        #expect(file.refusals.isEmpty, "\(file.refusals)")
        #expect(PluginJSON.object(file.services["web"] ?? [:]).text == wanted)
    }

    @Test(arguments: [
        (#""privileged":true"#, "privileged"), (#""network_mode":"host""#, "network_mode"),
        (#""devices":["/dev/x"]"#, "devices"), (#""security_opt":["x"]"#, "security_opt"),
        (#""some_day":1"#, "some_day"), (#""ports":["127.0.0.1:8080:80"]"#, "ports"),
        (#""ports":[{"target":80,"published":"8080-8090"}]"#, "ports"),
        (#""ports":[{"target":80,"published":"80","host_ip":"127.0.0.1"}]"#, "ports"),
        (#""volumes":[{"type":"bind","source":"/src/shop/x","target":"/x"}]"#, "volumes"),
        (#""volumes":["/src/shop/x:/x:rw"]"#, "volumes"), (#""volumes":["/src/other:/x:rw"]"#, "volumes"),
        (#""volumes":[{"type":"volume","source":"d","target":"/d","volume":{"subpath":"a"}}]"#, "volumes"),
    ])
    func whatASwarmCannotGiveIsRefusedByItsName(_ given: String, _ member: String) throws {
        let file = try Self.file(given)
        #expect(file.refusals.map(\.member) == [member])
        #expect(file.refusals.allSatisfy { $0.service == "web" && $0.text.contains("'web'") && !$0.remedy.isEmpty })
    }

    @Test func relativeMountsStartFromTheProjectDirectoryThatEveryNodeHas() throws {
        let given = #""volumes":[{"type":"bind","source":"/src/shop/x","target":"/x"},"/src/shop:/y"]"#
        let file = try Self.file(given, place: "/mnt/shared")
        #expect(file.refusals.isEmpty)
        #expect(
            file.services["web"]?["volumes"]?.text
                == #"[{"source":"/mnt/shared/x","target":"/x","type":"bind"},"/mnt/shared:/y"]"#)
    }

    @Test func configsAreCalledByTheirContentAndExternalOnesLeftAlone() throws {
        let shared = """
            "configs":{"motd":{"name":"shop_motd","file":"/src/shop/motd"},"text":{"content":"hi"},
            "theirs":{"external":true,"name":"x"}},"secrets":{"key":{"file":"/etc/key"}},
            "networks":{"default":{"driver":"bridge","ipam":{}}}
            """
        let file = try Self.file("\"configs\":[\"motd\"]", shared: shared)
        #expect(file.refusals.isEmpty, "\(file.refusals)")
        let motd = try #require(file.shared["configs"]?["motd"])
        #expect(motd["file"] == "./motd")
        #expect(motd["name"]?.string == "shop_motd_\(Digest.of("/src/shop/motd").prefix(12))")
        #expect(file.shared["configs"]?["theirs"] == ["external": true, "name": "x"])
        #expect(file.shared["configs"]?["text"]?["file"] == "./.codex-deployer.config-text")
        #expect(file.contents == [".codex-deployer.config-text": "hi"])
        #expect(file.shared["secrets"]?["key"]?["file"] == "/etc/key")
        #expect(file.shared["networks"]?["default"]?["driver"] == nil)
        #expect(file.notes.count == 1)

        let missing = try Self.file(
            "\"image\":\"a\"", shared: #""configs":{"a":{"file":"gone"}},"secrets":{"b":{"environment":"B"}}"#)
        #expect(missing.refusals.map(\.member) == ["a", "b"])
    }

    @Test func theDigestFollowsWhatMakesAServiceAndNotHowManyTasksItHas() throws {
        let shared = #""configs":{"motd":{"file":"/src/shop/motd"}}"#
        func digest(_ service: String, image: String = "i", shared: String = shared) throws -> String {
            try Self.file(service, shared: shared).digest(of: "web", image: image)
        }
        let one = try digest(#""configs":["motd"],"deploy":{"replicas":1}"#)
        #expect(try digest(#""configs":["motd"],"deploy":{"replicas":3}"#) == one)
        #expect(try digest(#""configs":["motd"],"deploy":{"replicas":1}"#, image: "j") != one)
        #expect(try digest(#""configs":["motd"],"tty":true"#) != one)
        #expect(try digest(#""configs":["motd"]"#, shared: #""configs":{"motd":{"file":"/src/shop/other"}}"#) != one)
    }

    @Test func aServiceThatEndsByItselfIsNotStartedAgain() throws {
        let file = try Self.file("\"image\":\"a\"", finishing: ["web"])
        #expect(file.services["web"]?["deploy"]?["restart_policy"] == ["condition": "none"])
        var pinned = file
        pinned.pin(
            "web", image: "r/a@sha256:1", digest: "d", owner: Owner(id: "o", service: "shop", directory: "/srv/$x"))
        #expect(pinned.json["services"]?["web"]?["image"] == "r/a@sha256:1")
        #expect(pinned.json["services"]?["web"]?["deploy"]?["labels"]?["codex-deployer.digest"] == "d")
        #expect(pinned.json["version"] == "3.8")
    }
}
