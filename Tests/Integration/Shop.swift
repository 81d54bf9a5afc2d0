import Foundation
import Model
import TestSupport
import Testing

/// Three services that go live together: `schema`, then `api`, then `route`. Each writes down when it is deployed and rolled
/// back, and is asked over HTTP for what it serves.
struct Shop: Sendable {
    let schema: Scripted
    let api: Scripted
    let route: Scripted
    var group = "shop"
    /// Before the names of the services, where there are two shops.
    var prefix = ""
    var all: [Scripted] { [schema, api, route] }

    static func open(_ prefix: String = "") async throws -> Shop {
        let services = try await Scripted.services("\(prefix)schema", "\(prefix)api", "\(prefix)route")
        return Shop(
            schema: services[0], api: services[1], route: services[2], group: "\(prefix)shop", prefix: prefix)
    }

    /// Entries for `services:` of deployer.yaml.
    var entries: String {
        var text = ""
        var before: String?
        for service in all {
            let depends = before.map { ", depends_on: [\($0)]" } ?? ""
            text += """
                  \(service.name):
                    {kind: scripted, group: \(group)\(depends), health: {http: "http://127.0.0.1:\(service.port)/health",
                     interval: 100ms, attempts: 10}}

                """
            before = service.name
        }
        return text
    }

    func files() -> [String: String] {
        var files = ["deployer.yaml": "services:\n\(entries)"]
        for service in all { files.merge(service.files("\(service.name) 1")) { $1 } }
        return files
    }

    /// Has the services write down what is done with them; to be committed once the workspace is there.
    func journaled(_ workspace: Workspace) -> [String: String] {
        var files: [String: String] = [:]
        for service in all {
            files[service.path("before-deploy")] = "echo \"deploy \(service.name)\" >> \(Self.file(workspace))\n"
            files[service.path("before-rollback")] = Self.rollback(service, workspace)
        }
        return files
    }

    /// The state that it is rolled back to is what it was deployed with before.
    static func rollback(_ service: Scripted, _ workspace: Workspace) -> String {
        """
        [ "$STATE" = "$PREVIOUS" ] || { echo "state is '$STATE', not '$PREVIOUS'"; exit 1; }
        echo "rollback \(service.name)" >> \(file(workspace))

        """
    }

    /// New content of all of them.
    func version(_ number: Int, ill: Scripted? = nil) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: all.map {
                ($0.path("greeting"), "\($0.name == ill?.name ? "ill " : "")\($0.name) \(number)")
            })
    }

    private static func file(_ workspace: Workspace) -> String { workspace.folder + "/journal" }

    /// What was done with the services, in order.
    func journal(_ workspace: Workspace) -> [String] {
        let text = (try? String(contentsOfFile: Self.file(workspace), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init).filter { line in
            all.contains { line.hasSuffix(" \($0.name)") }
        }
    }

    func forgetJournal(_ workspace: Workspace) { try? FileManager.default.removeItem(atPath: Self.file(workspace)) }

    /// A script that waits for long the first times, so that a test has time to break it off, and then does no more than it did.
    /// - Parameter mark: a file that counts the times.
    static func waits(_ mark: String, times: Int = 1, after script: String) -> String {
        """
        \(script)
        n=$(cat \(mark) 2>/dev/null || echo 0)
        echo $((n + 1)) > \(mark)
        [ "$n" -ge \(times) ] || exec sleep 61.5

        """
    }

    func answer(_ number: Int, _ place: SourceLocation = #_sourceLocation) async {
        for service in all { await service.answers("\(service.name) \(number)", place) }
    }

    /// What `host status --json` says of each service.
    func status(_ workspace: Workspace) async throws -> [String: [String: Any]] {
        let result = try await workspace.host("status", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let services = try #require(document?["services"] as? [[String: Any]], "\(result.text)")
        return Dictionary(services.map { ($0["service"] as? String ?? "", $0) }) { first, _ in first }
    }
}
