import Foundation
import KongDouble
import KongLogic
import Model
import Net
import PluginKit
import PluginSupport
import TestSupport
import Testing

/// The double itself: strict where a real gateway is, and read by a real client.
@Suite struct DoubleTests {
    private func send(
        _ bench: Bench, _ method: String, _ target: String, _ headers: [(String, String)] = [], body: String = ""
    ) async throws -> (Int, PluginJSON) {
        let answer = try await bench.transport.send(
            .init(
                method, bench.double.adminURL + target, headers: headers.map { .init($0.0, $0.1) },
                body: Array(body.utf8)))
        return (answer.status, (try? PluginJSON(parsing: answer.body)) ?? .null)
    }

    @Test func whatTheDescriptionDoesNotKnowIsRefusedAndNoted() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let json = [("Content-Type", "application/json")]
            for (method, target, headers, body, status) in [
                ("GET", "/nowhere", [], "", 404), ("GET", "/services?colour=red", [], "", 400),
                ("GET", "/status", [("X-Else", "1")], "", 400), ("GET", "/services", [], "a body", 400),
                ("POST", "/config?check=1", json, "{}", 400), ("GET", "/services/x/y/z", [], "", 404),
                ("POST", "/config", json, #"{"config": "_format_version: \"3.0\"", "more": 1}"#, 400),
                ("POST", "/config", [("Content-Type", "text/html")], "x", 415), ("POST", "/status", [], "", 404),
            ] as [(String, String, [(String, String)], String, Int)] {
                let before = bench.double.violations.count
                let (found, _) = try await send(bench, method, target, headers, body: body)
                #expect(found == status, "\(method) \(target)")
                #expect(
                    bench.double.violations.count == before + (target == "/services/x/y/z" ? 0 : 1),
                    "\(method) \(target)")
            }
        }
    }

    @Test func configurationIsTakenInEveryFormThatIsDescribed() async throws {
        let yaml = "_format_version: \"3.0\"\nservices:\n- name: a\n  host: b\n"
        let form = "config=" + (yaml.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
        let part =
            "--zz\r\nContent-Disposition: form-data; name=\"config\"; filename=\"k.yml\"\r\n\r\n\(yaml)\r\n--zz--\r\n"
        for (type, body, named) in [
            ("application/json", PluginJSON.object(["config": .string(yaml)]).text, true),
            ("application/json", #"{"_format_version":"3.0","services":[{"name":"a","host":"b"}]}"#, false),
            ("application/x-www-form-urlencoded", form, true), ("multipart/form-data; boundary=zz", part, true),
            ("text/yaml", yaml, true),
        ] {
            try await Bench.with { (bench: inout Bench) async throws in
                let headers = [("Content-Type", type)]
                let (status, answer) = try await send(bench, "POST", "/config?check_hash=1", headers, body: body)
                #expect(status == 201, "\(type): \(answer.text)")
                #expect(answer["services"]?.object?.values.first?["name"] == "a", "\(answer.text)")
                let again = try await send(bench, "POST", "/config?check_hash=1", headers, body: body)
                // An object in the body has no text whose hash could be the same.
                #expect(again.0 == (named ? 304 : 201), "\(type)")
                if named { #expect(bench.double.hash == MD5.hex(Array(yaml.utf8)), "\(type)") }
                #expect(bench.double.violations.isEmpty)
            }
        }
    }

    @Test func listsHavePagesAndNothingIsWritten() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            var text = "_format_version: \"3.0\"\nservices:\n"
            for number in 0..<25 { text += "- name: s\(number)\n  host: h\n  tags: [t\(number % 2)]\n" }
            #expect(try await bench.deploy(text).status == .ok)
            var (names, next) = ([String](), "/services?size=10")
            for _ in 0..<3 {
                let (_, page) = try await send(bench, "GET", next)
                names += page["data"]?.array?.compactMap { $0["name"]?.string } ?? []
                guard let more = page["next"]?.string else { break }
                next = more
            }
            #expect(names == (0..<25).map { "s\($0)" })
            let tagged = try await send(bench, "GET", "/services?tags=t1&size=1000").1
            #expect(tagged["data"]?.array?.count == 12 && tagged["next"] == .null)
            #expect(try await send(bench, "GET", "/services/s3").1["port"] == 80)
            #expect(try await send(bench, "GET", "/services/nobody").0 == 404)
            for method in ["POST", "PUT", "PATCH", "DELETE"] {
                let (status, answer) = try await send(bench, method, "/services/s3")
                #expect(status == 405 && answer["code"] == 12)
            }
            #expect(bench.double.violations.isEmpty)
        }
    }

    @Test func idsAreThoseThatTheGatewayMakesOfNames() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            #expect(try await bench.deploy(Sample.shop).status == .ok)
            // uuid5(uuid5(fd02801f-0957-4a15-a55a-c8d9606f30b5, "services"), "shop"), worked out elsewhere.
            let id = bench.double.entities("services").first?["id"]?.string
            #expect(id == Self.expected)
        }
    }
    private static let expected = "abfbe39c-075b-5e5e-aec6-a90f2f0adfee"

    @Test func digestIsThatOfOtherPrograms() throws {
        for text in ["", "a", "message digest", String(repeating: "1234567890", count: 800)] {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("deployer-\(UUID().uuidString)")
                .path
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder))
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let result = try PeerCommand.run(["md5sum", folder])
            #expect(result.text.hasPrefix(MD5.hex(Array(text.utf8))))
        }
    }

    @Test(
        "deck dump reads the double as it would read a gateway",
        .enabled(if: ValidationTests.deck != nil, "needs decK (package deck)"))
    func deckDumps() async throws {
        var options = KongDouble.Options()
        options.token = ("Kong-Admin-Token", "deck-token-1")
        try await Bench.with(options) { (bench: inout Bench) async throws in
            try bench.write(Sample.shop)
            let host = bench.host(["env:TOKEN": "deck-token-1"])
            #expect(try await bench.run(.deploy, host, ["admin_token": "env:TOKEN"]).status == .ok)
            let file = "\(bench.root)/dump.yaml"
            let result = try PeerCommand.run(
                [
                    "deck", "dump", "--kong-addr", bench.double.adminURL, "--headers", "Kong-Admin-Token:deck-token-1",
                    "-o", file,
                ],
                environment: ["HOME": bench.root])
            #expect(result.status == 0, "\(result.text)")
            let dumped = try String(contentsOfFile: file, encoding: .utf8)
            let found = try DeclarativeFile(name: "dump.yaml", bytes: Array(dumped.utf8))
            let root = try #require(found.root)
            let wanted = try #require(try DeclarativeFile(name: "kong.yaml", bytes: Array(Sample.shop.utf8)).root)
            // What a real client read is what was deployed, by the plugin's own comparison.
            let changes = Difference(file: wanted, gateway: root).changes()
            #expect(changes.isEmpty, "\(changes)\n\(dumped)")
            #expect(bench.double.violations.isEmpty, "\(bench.double.violations)")
        }
    }
}
