import Forge
import ForgeDoubles
import Foundation
import Model
import TestSupport
import Testing

/// Holds what the adapter sends and what the double answers against GitHub's own description of its interface, where that is
/// there: so the double cannot be wrong in the same way as the adapter.
@Suite struct GitHubSpecificationTests {
    @Test(
        "Every request of a whole life, and every answer of the double, is as GitHub describes it",
        .enabled(if: GitHubSpecification.path != nil, "\(GitHubSpecification.missing)"))
    func life() async throws {
        let specification = try GitHubSpecification()
        var used: Set<String> = []
        try await Bench.withGitHub { forge, double, _ in
            _ = try await forge.propose(Bench.proposal(isDraft: true))
            _ = try await forge.propose(Bench.proposal())
            _ = try await forge.update(1, .init(title: "T", text: "x"))
            try await forge.comment(on: 1, "x")
            _ = try await forge.report(
                .init(name: "n", state: .failure, title: "t", url: "https://d"), on: Bench.commit(7))
            _ = try await forge.openPullRequests()
            try await forge.close(1)
            try await forge.deleteBranch("codex/8", at: Bench.commit(8))
            try await forge.deleteBranch("codex/8", at: nil)
            // Refusals have a form, too.
            _ = await Bench.failure { () throws(Failure) in try await forge.propose(Bench.proposal("codex/none")) }
            _ = await Bench.failure { () throws(Failure) in try await forge.pullRequest(99) }
            used.formUnion(specification.check(double.server.exchanges))
        }
        try await ScratchDirectory.with { folder in
            _ = try PeerCommand.run(["openssl", "genrsa", "-out", "\(folder)/key.pem", "2048"])
            _ = try PeerCommand.run([
                "openssl", "rsa", "-in", "\(folder)/key.pem", "-pubout", "-out", "\(folder)/public.pem",
            ])
            var options = GitHubDouble.Options()
            options.app = ("123", 77, "\(folder)/public.pem")
            let key = try String(contentsOfFile: "\(folder)/key.pem", encoding: .utf8)
            try await Bench.withGitHub(options, app: GitHubApp(id: "123", key: ForgeSecret(key))) { forge, double, _ in
                let annotations = Annotation.of(
                    (1...60).map {
                        Diagnostic(
                            .error, code: "c", message: "m", location: .init(file: "A.swift", line: $0, column: 1))
                    }, folder: "")
                for state in [CommitReport.State.pending, .success] {
                    _ = try await forge.report(
                        .init(name: "n", state: state, title: "t", summary: "s", annotations: annotations),
                        on: Bench.commit(7))
                }
                used.formUnion(specification.check(double.server.exchanges))
            }
        }
        #expect(used.count == 14, "\(used.sorted())")
    }
}

/// The part of OpenAPI 3 that the description uses.
struct GitHubSpecification {
    static let path: String? = {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["DEPLOYER_TEST_SPECS"]
            ?? checkout.appendingPathComponent("../shared/specs").standardizedFileURL.path
        let file = "\(folder)/github-rest-openapi.json"
        return FileManager.default.isReadableFile(atPath: file) ? file : nil
    }()
    static let missing =
        "the API's description is not there (DEPLOYER_TEST_SPECS, or ../shared/specs beside the checkout)"

    private let document: JSONValue

    init() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.path ?? ""))
        document = try JSONDecoder().decode(JSONValue.self, from: bytes)
    }

    /// - Returns: the operations that were used.
    func check(_ exchanges: [DoubleServer.Exchange]) -> Set<String> {
        var used: Set<String> = []
        for exchange in exchanges {
            let request = exchange.request
            guard let (template, operation) = find(request) else {
                Issue.record("GitHub has no \(request.line)")
                continue
            }
            used.insert("\(request.method) \(template)")
            let known = Set(items(operation["parameters"]).compactMap { resolved($0)["name"]?.string })
            for parameter in request.query {
                #expect(known.contains(parameter.name), "\(request.line)?\(parameter.name)")
            }
            if let body = request.body {
                let schema = operation["requestBody"]?["content"]?["application/json"]?["schema"]
                let problems = schema.map { self.problems(body, $0, "body", isClosed: true) } ?? ["it takes no body"]
                #expect(problems.isEmpty, "\(request.line): \(problems)")
            }
            guard exchange.status != 304 else { continue }
            guard let response = operation["responses"]?["\(exchange.status)"].map(resolved) else {
                // GitHub names 404 and 401 with few of its operations, and answers them to all.
                #expect([401, 404].contains(exchange.status), "\(request.line) answers \(exchange.status)")
                continue
            }
            guard let schema = response["content"]?["application/json"]?["schema"] else {
                #expect(exchange.answer == nil, "\(request.line) has an answer")
                continue
            }
            let problems = self.problems(exchange.answer ?? .null, schema, "answer", isClosed: false)
            #expect(problems.isEmpty, "\(request.line) \(exchange.status): \(problems)")
        }
        return used
    }

    private func find(_ request: DoubleRequest) -> (String, JSONValue)? {
        guard case .object(let paths)? = document["paths"] else { return nil }
        let parts = request.path.split(separator: "/")
        let found = paths.compactMap { template, item -> (String, JSONValue)? in
            let wanted = template.split(separator: "/")
            // A ref has slashes of its own.
            let isRef = template.hasSuffix("{ref}")
            guard isRef ? parts.count >= wanted.count : parts.count == wanted.count,
                zip(wanted, parts).allSatisfy({ $0.hasPrefix("{") || $0 == $1 })
            else { return nil }
            return item[request.method.lowercased()].map { (template, $0) }
        }
        return found.min { $0.0.count { $0 == "{" } < $1.0.count { $0 == "{" } }
    }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let reference = schema["$ref"]?.string else { return schema }
        let target = reference.split(separator: "/").dropFirst().reduce(Optional(document)) { $0?[String($1)] }
        return target.map(resolved) ?? schema
    }

    private func items(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let items)? = value { return items }
        return []
    }

    /// - Parameter isClosed: members that are not described are complaints; answers of the double leave optional ones out but
    ///   bring none of their own into objects that are described in full, which a description of 2023 cannot promise of GitHub.
    private func problems(_ value: JSONValue, _ schema: JSONValue, _ place: String, isClosed: Bool) -> [String] {
        let schema = resolved(schema)
        if value == .null, schema["nullable"] == .bool(true) { return [] }
        for choice in ["oneOf", "anyOf"] {
            let choices = items(schema[choice])
            guard !choices.isEmpty else { continue }
            // Beside members of its own a choice only says which of them belong together.
            let isOpen = schema["properties"] != nil
            let each = choices.map { problems(value, $0, place, isClosed: isClosed && !isOpen) }
            if !each.contains(where: \.isEmpty) { return each.min { $0.count < $1.count } ?? [] }
            if !isOpen { return [] }
        }
        let all = items(schema["allOf"])
        if !all.isEmpty { return all.flatMap { problems(value, $0, place, isClosed: false) } }
        let values = items(schema["enum"])
        if !values.isEmpty, !values.contains(value) { return ["\(place): \(value) is none of the values"] }
        switch (schema["type"]?.string, value) {
        case ("string", .string(let text)):
            if case .integer(let most)? = schema["maxLength"], text.unicodeScalars.count > most {
                return ["\(place) is too long"]
            }
            return []
        case ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .number): return []
        case ("array", .array(let values)):
            if case .integer(let most)? = schema["maxItems"], values.count > most {
                return ["\(place) has too many items"]
            }
            guard let item = schema["items"] else { return [] }
            return values.enumerated().flatMap { problems($1, item, "\(place)/\($0)", isClosed: isClosed) }
        case ("object", .object(let members)), (nil, .object(let members)):
            guard case .object(let described)? = schema["properties"] else { return [] }
            var found = items(schema["required"]).compactMap(\.string).filter { members[$0] == nil }.map {
                "\(place) has no '\($0)'"
            }
            for (name, member) in members {
                if let known = described[name] {
                    found += problems(member, known, "\(place)/\(name)", isClosed: isClosed)
                } else if isClosed {
                    found.append("\(place) may have no '\(name)'")
                }
            }
            return found
        case (nil, _): return []
        default: return ["\(place) is of another type than \(schema["type"]?.string ?? "")"]
        }
    }
}
