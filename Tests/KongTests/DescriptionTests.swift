import Documents
import Foundation
import KongDouble
import KongLogic
import Net
import PluginKit
import Testing

/// The plugin's table, its requests and the double, held against Kong's own descriptions. Each is written by hand.
@Suite(
    .enabled(if: OfficialDescription.folder != nil, "needs Kong's descriptions (DEPLOYER_SPECS, or ../shared/specs)"))
struct DescriptionTests {
    /// Not in the description of the API: `POST /config` is described without its parameters, which Kong's changelog and its
    /// handbook name.
    private static let undescribed: [String: Set<String>] = ["/config": ["check_hash", "flatten_errors"]]

    @Test func everyRequestOfThePluginIsDescribed() throws {
        let official = try OfficialDescription()
        let samples: [AdminRequest] =
            [.status, .configuration, .load("_format_version: \"3.0\"")]
            + EntityTable.all.map { .validate(entity: $0.name, ["name": "x"]) }
        for request in samples {
            let operation = try #require(official.operation(request.method, request.path), "\(request)")
            let known = official.parameters(operation).union(Self.undescribed[request.path] ?? [])
            #expect(Set(request.query.map(\.name)).isSubset(of: known), "\(request.target)")
            guard request.body != nil, operation["requestBody"] != nil else { continue }
            #expect(operation["requestBody"]?["content"]?["application/json"] != nil, "\(request)")
        }
    }

    @Test func everyMemberOfTheDescriptionIsInTheTableWithItsTypeAndDefault() throws {
        let official = try OfficialDescription()
        for (entity, schema) in OfficialDescription.names {
            let rule = try #require(EntityTable.byName[entity])
            for (path, property) in official.members(schema) {
                // The id inside a reference, and names in a certificate, which are entities of their own in the file.
                if path.hasSuffix(".id") || path.hasSuffix(".") || entity == "certificates" && path == "snis" {
                    continue
                }
                let field = Self.field(path.split(separator: ".").map(String.init), rule.fields)
                guard let field else {
                    Issue.record("\(entity).\(path) is not in the table")
                    continue
                }
                #expect(
                    Self.isOf(property["type"]?.string ?? "", field.kind),
                    "\(entity).\(path): \(property["type"]?.text ?? "")")
                guard let standard = property["default"], let fallback = field.fallback else { continue }
                #expect(Self.sorted(standard) == Self.sorted(fallback), "\(entity).\(path)")
            }
        }
    }

    @Test func everyMemberOfDecKsSchemaIsInTheTable() throws {
        let file = try OfficialDescription().file
        let known = Set(EntityTable.all.map(\.name) + (EntityTable.settings + EntityTable.deckSettings).map(\.name))
        for (name, property) in file["properties"]?.object ?? [:] {
            #expect(known.contains(name), "\(name)")
            guard let rule = EntityTable.byName[name],
                let definition = property["items"]?["$ref"]?.string?.split(separator: "/").last.map(String.init)
            else { continue }
            check(rule, file["definitions"]?[definition], file)
        }
    }

    private func check(_ rule: EntityRule, _ definition: PluginJSON?, _ file: PluginJSON) {
        for (name, property) in definition?["properties"]?.object ?? [:] {
            let isKnown = rule.field(name) != nil || rule.children[name] != nil
            #expect(isKnown, "\(rule.name).\(name)")
            guard let child = rule.children[name].flatMap({ _ in EntityTable.byName[name] }),
                let inner = property["items"]?["$ref"]?.string?.split(separator: "/").last.map(String.init)
            else { continue }
            check(child, file["definitions"]?[inner], file)
        }
    }

    @Test func doubleAnswersAsDescribed() async throws {
        let official = try OfficialDescription()
        try await Bench.with { (bench: inout Bench) async throws in
            let deployed = try await bench.deploy(Sample.shop)
            #expect(deployed.status == .ok)
            func get(_ target: String) async throws -> PluginJSON {
                let answer = try await bench.transport.send(.init("GET", bench.double.adminURL + target))
                #expect(answer.status == 200, "\(target)")
                return try PluginJSON(parsing: answer.body)
            }
            for (entity, schema) in OfficialDescription.names {
                let path = ["key_sets": "/key-sets", "filter_chains": "/filter-chains"][entity] ?? "/\(entity)"
                // Targets are listed in their upstream only.
                let target = entity == "targets" ? "/upstreams/shop.internal/targets" : path
                let operation = try #require(official.operation("GET", target), "\(target)")
                let list = try await get(target)
                #expect(list["data"]?.array != nil && list.object?["next"] != nil)
                let members = official.members(schema)
                for item in list["data"]?.array ?? [] {
                    for (name, value) in item.object ?? [:] {
                        let property = try #require(members[name], "\(entity).\(name)")
                        #expect(
                            Self.isValue(value, of: property["type"]?.string ?? ""), "\(entity).\(name): \(value.text)")
                        if let standard = property["default"], value != standard {
                            #expect(
                                Sample.shop.contains("\(name):")
                                    || ["host", "port", "path", "protocols"].contains(name), "\(entity).\(name)")
                        }
                    }
                }
                if entity != "filter_chains" {
                    #expect(official.parameters(operation).isSuperset(of: ["size", "offset"]), "\(target)")
                }
            }
            let status = try await get("/status")
            let described = official.operation("GET", "/status")?["responses"]?["200"]?["content"]?[
                "application/json"]?["schema"]
            // Only gateways without a database say what they run; the description is of all.
            let known = Set((described?["properties"]?.object ?? [:]).keys).union(["configuration_hash"])
            #expect(Set((status.object ?? [:]).keys).isSubset(of: known), "\(status.text)")
            #expect(try await get("/config")["config"]?.string != nil)
            let root = try await get("/")
            let members = official.operation("GET", "/")?["responses"]?["200"]?["content"]?["application/json"]?[
                "schema"]?["properties"]
            #expect(Set((root.object ?? [:]).keys).isSubset(of: Set((members?.object ?? [:]).keys)), "\(root.text)")
            #expect(bench.double.violations.isEmpty)
        }
    }

    private static func field(_ path: [String], _ fields: [FieldRule]) -> FieldRule? {
        guard let first = path.first, let field = fields.first(where: { $0.name == first }) else { return nil }
        if path.count == 1 { return field }
        switch field.kind {
        case .record(let inner): return Self.field(Array(path.dropFirst()), inner)
        // What stands in a plugin's or a vault's configuration is theirs.
        case .anything, .map: return field
        default: return nil
        }
    }

    private static func isOf(_ type: String, _ kind: FieldKind) -> Bool {
        switch kind {
        case .text, .choice: type == "string"
        case .integer, .numberChoice: ["integer", "number"].contains(type)
        case .number: ["integer", "number"].contains(type)
        case .boolean: type == "boolean"
        case .list: type == "array"
        case .map, .record, .reference: type == "object"
        case .anything: true
        }
    }

    private static func isValue(_ value: PluginJSON, of type: String) -> Bool {
        switch type {
        case "string": value.string != nil
        case "integer": value.integer != nil
        case "number": value.number != nil
        case "boolean": value.bool != nil
        case "array": value.array != nil
        case "object": value.object != nil
        default: true
        }
    }

    private static func sorted(_ value: PluginJSON) -> PluginJSON {
        value.array.map { .array($0.sorted { $0.text < $1.text }) } ?? value
    }
}
