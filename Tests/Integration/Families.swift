import Foundation
import KongDouble
import Net
import PluginKit
import Samples
import TestSupport
import Testing

/// A shop of all five families: a cache (containers), a search index (schema), a program, its pages (views) and its way in
/// (gateway). Each is asked in its own way for what is live.
struct Families: Sendable {
    static let plugins = ["SwiftBuild", "DockerCompose", "Kong", "Typesense", "Teatro"].map { "lib\($0)Plugin.so" }
    /// In the order of their deployment.
    static let order = ["cache", "search", "api", "views", "gateway"]

    let docker: StartedEngine
    let typesense: StartedEngine
    let gateway: KongDouble
    let port: Int

    static func with(_ body: (Families) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            let docker = try StartedEngine("docker", in: folder + "/docker")
            defer { docker.stop() }
            let typesense = try StartedEngine("typesense", in: folder + "/typesense")
            defer { typesense.stop() }
            let gateway = try KongDouble()
            defer { gateway.stop() }
            try await body(
                Families(docker: docker, typesense: typesense, gateway: gateway, port: try Web.freePorts(1)[0]))
        }
    }

    func environment() throws -> [String: String] {
        [
            "TYPESENSE_URL": try typesense.lines("urls").joined(),
            "TYPESENSE_API_KEY": try typesense.lines("key").joined(),
            "KONG_ADMIN_URL": gateway.adminURL,
        ].merging(try docker.variables()) { $1 }
    }

    // MARK: the sources

    var configuration: String {
        """
        services:
          cache: {kind: compose, group: shop, options: {inherit: [DOCKER_HOST, DOCKER_CONFIG], settle: 1s}}
          search: {kind: typesense, group: shop, depends_on: [cache]}
          api:
            kind: swift
            group: shop
            depends_on: [search]
            options: {configuration: debug, test: false}
            health: {http: "http://127.0.0.1:\(port)/health", interval: 200ms, attempts: 20}
          views:
            kind: teatro
            group: shop
            depends_on: [api]
            options: {configuration: debug, test: false, formats: [html], views: [Views/intro.fountain]}
          gateway:
            kind: kong
            group: shop
            depends_on: [views]
            options: {proxy_url: "\(gateway.proxyURL)", patience: 10s, smoke: [shop]}

        """
    }

    /// Everything that changes from one version to the next.
    func version(_ number: Int, isWell: Bool = true) -> [String: String] {
        let field = #", {"name": "v\#(number)", "type": "string", "optional": true}"#
        let routes = Samples.webService(name: "api", port: port, greeting: "api \(number)")[Samples.routesPath] ?? ""
        let healthy = #"case "/health": Response(status: 200"#
        return [
            "repos/cache/compose.yaml": """
            services:
              cache:
                image: base:1
                network_mode: none
                stop_grace_period: 1s
                command: ["/bin/sh", "-c", "trap 'exit 0' TERM; echo cache \(number); while true; do sleep 0.1; done"]

            """,
            "repos/search/schemas/books.schema.json": """
            {"name": "books", "fields": [{"name": "title", "type": "string"}\(number > 1 ? field : "")]}

            """,
            "repos/api/\(Samples.routesPath)": isWell
                ? routes : routes.replacing(healthy, with: healthy.replacing("200", with: "503")),
            "repos/views/Views/intro.fountain": "SCENE \(number)\n",
            "repos/gateway/kong.yaml": """
            _format_version: "3.0"
            services:
              - name: api
                url: http://127.0.0.1:\(port)
                routes:
                  - name: shop
                    paths: [/v\(number)]

            """,
        ]
    }

    func files() -> [String: String] {
        var files = ["deployer.yaml": configuration]
        for (path, text) in Samples.webService(name: "api", port: port) { files["repos/api/\(path)"] = text }
        for (path, text) in ViewEngine.files() { files["repos/views/\(path)"] = text }
        return files.merging(version(1)) { $1 }
    }

    // MARK: what is live

    /// Each family says by itself that this version is what it serves.
    func expect(_ number: Int, in workspace: Workspace, place: SourceLocation = #_sourceLocation) async throws {
        let containers = try docker("ps", "--no-trunc", "--format", "{{.Command}}")
        #expect(containers.contains("echo cache \(number);"), "\(containers)", sourceLocation: place)
        let fields = try await self.fields()
        #expect(
            fields == (number > 1 ? ["title", "v\(number)"] : ["title"]), "\(fields)", sourceLocation: place)
        await Web.answers(port, "api \(number)", place: place)
        let page = workspace.text(".deployer/releases/views/current/site/intro.html") ?? "nothing"
        #expect(page.contains("SCENE \(number)"), "\(page)", sourceLocation: place)
        #expect(gateway.entities("routes").map { $0["paths"]?.strings } == [["/v\(number)"]], sourceLocation: place)
    }

    func docker(_ arguments: String...) throws -> String {
        try PeerCommand.run(["docker"] + arguments, environment: try docker.variables()).text
    }

    /// The fields of the collection that the alias `books` leads to.
    private func fields() async throws -> [String] {
        let transport = HTTPTransport()
        var request = HTTPTransport.Request("GET", "\(try typesense.lines("urls").joined())/collections/books")
        request.headers = [.init("X-TYPESENSE-API-KEY", try typesense.lines("key").joined())]
        let result: Result<String, any Error>
        do { result = .success(try await transport.send(request).text) } catch { result = .failure(error) }
        await transport.shutdown()
        let object = try JSONSerialization.jsonObject(with: Data(try result.get().utf8)) as? [String: Any]
        let fields = try #require(object?["fields"] as? [[String: Any]])
        return fields.compactMap { $0["name"] as? String }.sorted()
    }
}
