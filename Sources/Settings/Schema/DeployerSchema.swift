import Model

/// The JSON Schema (draft 2020-12) of `deployer.yaml`, written from the table that the parser checks by.
///
/// The parser finds more than a schema can say: dependencies on services that are not there, circles, broken globs. What the
/// schema refuses, the parser refuses.
package enum DeployerSchema {
    /// The content of Documentation/deployer.schema.json.
    package static var text: String { document.text }

    static var document: OrderedJSON {
        var members: [OrderedJSON.Member] = [
            .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            .init("title", .string("deployer.yaml")),
            .init(
                "description",
                .string(
                    "Services and settings of a workspace of codex-deployer. Generated: see Documentation/Configuration.md."
                )),
        ]
        // A file without a value is one that says nothing.
        members += object(DeployerShape.root, type: .array([.string("object"), .string("null")]))
        return .object(members)
    }

    static func schema(_ shape: Shape) -> [OrderedJSON.Member] {
        switch shape {
        case .text(let rule): text(rule)
        case .written:
            [.init("type", .array(["string", "number", "boolean"].map(OrderedJSON.string)))]
        case .boolean: [.init("type", .string("boolean"))]
        case .integer(let range):
            [
                .init("type", .string("integer")), .init("minimum", .integer(range.lowerBound)),
                .init("maximum", .integer(range.upperBound)),
            ]
        case .duration(let range):
            // Seconds as a number; the range of texts is the parser's.
            [
                .init("type", .array([.string("string"), .string("number")])),
                .init("pattern", .string(Shape.durationPattern)),
                .init("minimum", .number(range.lowerBound.inSeconds)),
                .init("maximum", .number(range.upperBound.inSeconds)),
            ]
        case .size(let range):
            [
                .init("type", .array([.string("string"), .string("integer")])),
                .init("pattern", .string(Shape.sizePattern)), .init("minimum", .integer(range.lowerBound)),
                .init("maximum", .integer(range.upperBound)),
            ]
        case .choice(let names): [.init("enum", .array(names.map(OrderedJSON.string)))]
        case .list(let element, let counts, let isUnique): list(element, counts, isUnique: isUnique)
        case .map(let names, let values):
            [
                .init("type", .string("object")), .init("propertyNames", .object(text(names))),
                .init("additionalProperties", .object(schema(values))),
            ]
        case .object(let object): self.object(object, type: .string("object"))
        case .members: [.init("type", .string("object"))]
        case .anything: []
        case .either(let first, let second):
            [.init("anyOf", .array([.object(schema(first)), .object(schema(second))]))]
        }
    }

    private static func text(_ rule: TextRule) -> [OrderedJSON.Member] {
        var members: [OrderedJSON.Member] = [.init("type", .string("string"))]
        if rule.lengths.lowerBound > 0 { members.append(.init("minLength", .integer(rule.lengths.lowerBound))) }
        members.append(.init("maxLength", .integer(rule.lengths.upperBound)))
        if let pattern = rule.pattern { members.append(.init("pattern", .string(pattern))) }
        return members
    }

    private static func list(_ element: Shape, _ counts: ClosedRange<Int>, isUnique: Bool) -> [OrderedJSON.Member] {
        var members: [OrderedJSON.Member] = [
            .init("type", .string("array")), .init("items", .object(schema(element))),
        ]
        if counts.lowerBound > 0 { members.append(.init("minItems", .integer(counts.lowerBound))) }
        members.append(.init("maxItems", .integer(counts.upperBound)))
        if isUnique { members.append(.init("uniqueItems", .bool(true))) }
        return members
    }

    private static func object(_ object: ObjectShape, type: OrderedJSON) -> [OrderedJSON.Member] {
        let properties = object.keys.filter { $0.refusal == nil }.map { key in
            var members: [OrderedJSON.Member] = [.init("description", .string(key.documentation))]
            members += schema(key.shape)
            if let fallback = key.fallback { members.append(.init("default", value(fallback, key.shape))) }
            return OrderedJSON.Member(key.name, .object(members))
        }
        var members: [OrderedJSON.Member] = [.init("type", type), .init("properties", .object(properties))]
        if object.allowsExtensions {
            members.append(
                .init("patternProperties", .object([.init(TextRule.extensionKey.pattern ?? "^x-", .object([]))])))
        }
        members.append(.init("additionalProperties", .bool(false)))
        let required = object.keys.filter(\.isRequired).map { OrderedJSON.string($0.name) }
        if !required.isEmpty { members.append(.init("required", .array(required))) }
        if !object.oneOf.isEmpty {
            let alternatives = object.oneOf.map { OrderedJSON.object([.init("required", .array([.string($0)]))]) }
            members.append(.init("oneOf", .array(alternatives)))
        }
        if !object.dependent.isEmpty {
            let dependent = object.dependent.sorted { $0.key < $1.key }
            members.append(
                .init("dependentRequired", .object(dependent.map { .init($0.key, .array([.string($0.value)])) })))
        }
        return members
    }

    private static func value(_ text: String, _ shape: Shape) -> OrderedJSON {
        switch shape {
        case .boolean: .bool(text == "true")
        case .integer: Int(text).map(OrderedJSON.integer) ?? .string(text)
        case .list: .array(text.split(separator: ",").map { .string(String($0)) })
        default: .string(text)
        }
    }
}
