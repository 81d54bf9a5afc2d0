import Foundation
import KongDouble
import KongLogic
import PluginKit
import Testing

/// What a deployment would change, as a person would read it.
@Suite struct PlanTests {
    private func lines(_ host: FakeHost) -> [String] {
        (host.told.plans.first ?? []).map { "\($0.action.rawValue) \($0.subject): \($0.reason)" }
    }

    @Test func emptyGatewayIsGivenEverything() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write(Sample.shop)
            let host = bench.host()
            let result = try await bench.run(.plan, host)
            #expect(result.status == .ok, "\(result)")
            let lines = lines(host)
            #expect(lines.count == 8, "\(lines)")
            #expect(lines.contains("create service 'shop': it is not at the gateway"))
            #expect(lines.contains("create route 'orders' of service 'shop': it is not at the gateway"))
            #expect(lines.contains("create plugin 'key-auth' of service 'shop': it is not at the gateway"), "\(lines)")
            #expect(lines.contains("create target '10.0.0.1:80' of upstream 'shop.internal': it is not at the gateway"))
            let service = host.told.plans.first?.first { $0.subject == "service 'shop'" }
            #expect(
                service?.detail?.contains("host 'shop.internal', port 8080, path '/api'") == true,
                "\(String(describing: service))")
            // A key is nobody's business.
            #expect(!"\(host.told)".contains("open-sesame"))
            #expect(!bench.double.requests.contains { $0.hasPrefix("POST") })
        }
    }

    @Test func whatRunsAlreadyIsNoChange() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Sample.shop)
            #expect(deployed.status == .ok)
            let host = bench.host()
            #expect(try await bench.run(.plan, host).status == .noChange)
            #expect(host.told.plans == [[]])
            // Another text of the same entities: the gateway fills in what the file leaves out.
            try bench.write("# said otherwise\n" + Sample.shop)
            let again = bench.host()
            #expect(
                try await bench.run(.plan, again).summary == "the text differs, the entities do not",
                "\(again.told.plans)")
            #expect(again.told.plans == [[]])
        }
    }

    @Test func eachKindOfChangeIsNamed() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Sample.shop)
            #expect(deployed.status == .ok)
            try bench.write(
                """
                _format_version: "3.0"
                services:
                - name: shop
                  url: https://shop.internal/api
                  routes:
                  - name: orders
                    paths: [/orders, /o]
                  - name: archive
                    hosts: [old.example.com]
                  plugins:
                  - name: key-auth
                    config: {hide_credentials: true}
                consumers:
                - username: alice
                  keyauth_credentials:
                  - key: another-key
                upstreams:
                - name: shop.internal
                  targets:
                  - target: 10.0.0.1:80

                """)
            let host = bench.host()
            #expect(try await bench.run(.plan, host).summary == "would change 8 entities")
            let lines = lines(host)
            #expect(lines.contains("update service 'shop': 2 fields differ"), "\(lines)")
            #expect(lines.contains("update route 'orders' of service 'shop': paths gets '/o'"), "\(lines)")
            #expect(lines.contains("create route 'archive' of service 'shop': it is not at the gateway"))
            #expect(lines.contains("remove route 'items' of service 'shop': it is not in the file"))
            #expect(
                lines.contains(
                    "update plugin 'key-auth' of service 'shop': config.hide_credentials is false and becomes true"))
            #expect(
                lines.contains("update target '10.0.0.1:80' of upstream 'shop.internal': weight is 50 and becomes 100"))
            let service = host.told.plans.first?.first { $0.subject == "service 'shop'" }
            #expect(service?.detail == "protocol is 'http' and becomes 'https'\nport is 8080 and becomes 443")
            #expect(!"\(host.told)".contains("another-key"))
        }
    }

    @Test func whatSomebodyChangedByHandIsDrift() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Sample.shop)
            #expect(deployed.status == .ok)
            bench.double.meddle { entities in
                entities["services"]?[0]["port"] = 9999
                entities["routes"]?.removeAll { $0["name"] == "items" }
                entities["consumers"]?.append([
                    "id": "0f0e7a9e-3b93-4d69-8c0a-1c6f0c0a0a01", "username": "mallory", "created_at": 1,
                ])
            }
            let host = bench.host()
            let result = try await bench.run(.plan, host)
            #expect(result.summary == "3 entities differ from what was deployed", "\(result)")
            let lines = lines(host)
            #expect(
                lines == [
                    "drift service 'shop': port is 9999 at the gateway and 8080 in the file",
                    "drift route 'items' of service 'shop': it is not at the gateway any more",
                    "drift consumer 'mallory': somebody added it at the gateway",
                ], "\(lines)")
            // A deployment takes it back.
            let again = try await bench.deploy(Sample.shop, revision: "b")
            #expect(again.status == .ok)
            #expect(bench.double.entities("services").first?["port"] == 8080)
        }
    }

    @Test func invalidFileHasNoPlan() async throws {
        try await Bench.with { (bench: inout Bench) async throws in
            try bench.write("_format_version: \"3.0\"\nservices:\n- name: shop\n")
            let host = bench.host()
            #expect(try await bench.run(.plan, host).status == .failed)
            #expect(host.told.plans.isEmpty && host.errors.count == 1)
        }
    }
}
