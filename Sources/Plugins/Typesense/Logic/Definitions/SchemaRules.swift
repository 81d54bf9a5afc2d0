import Documents

/// What the API asks of a collection beyond the types of its members; each rule was seen in the server's own answers.
struct SchemaRules {
    static let types = [
        "string", "string[]", "int32", "int32[]", "int64", "int64[]", "float", "float[]", "bool", "bool[]", "geopoint",
        "geopoint[]", "geopolygon", "object", "object[]", "image", "string*", "auto",
    ]
    private static let sortable = [
        "string", "int32", "int64", "float", "bool", "geopoint", "geopoint[]", "auto", "string*",
    ]

    let file: String
    var problems: [DefinitionProblem] = []

    init(_ file: String) { self.file = file }

    mutating func check(_ collection: DocumentNode) {
        Shape.collection.check(collection, file, &problems)
        guard collection.entries != nil else { return }
        if let name = collection["name"], name.text?.isEmpty == true { complain(name, "a collection needs a name") }
        for key in ["token_separators", "symbols_to_index"] { checkSymbols(collection[key], key) }
        guard let list = collection["fields"], let fields = list.items else { return }
        if fields.isEmpty { complain(list, "a collection needs at least one field") }
        var seen: [String: SourcePosition] = [:]
        for field in fields where field.entries != nil {
            check(field, nested: collection["enable_nested_fields"]?.scalar == .boolean(true))
            guard let name = field["name"], let text = name.text else { continue }
            if let first = seen[text] {
                complain(name, "the field '\(text)' stands there twice", "the first is on line \(first.line)")
            }
            seen[text] = name.position
        }
        checkSorting(collection["default_sorting_field"], fields)
    }

    private mutating func complain(_ node: DocumentNode, _ message: String, _ suggestion: String? = nil) {
        problems.append(DefinitionProblem(file, node.position, message, suggestion))
    }

    private mutating func check(_ field: DocumentNode, nested: Bool) {
        guard let name = field["name"], let text = name.text, let typeNode = field["type"], let type = typeNode.text
        else { return }
        if text.isEmpty { complain(name, "a field needs a name") }
        guard Self.types.contains(type) else {
            let nearest = Spelling.nearest(to: type, among: Self.types)
            return complain(
                typeNode, "'\(type)' is no type of a field",
                nearest.map { "did you mean '\($0)'?" } ?? "there are: \(Self.types.joined(separator: ", "))")
        }
        func isTrue(_ key: String) -> Bool { field[key]?.scalar == .boolean(true) }
        func isFalse(_ key: String) -> Bool { field[key]?.scalar == .boolean(false) }
        if text == "id", type != "string" {
            complain(typeNode, "the field 'id' is a string", "leave it out: every document has it")
        }
        if isFalse("index"), !isTrue("optional") {
            complain(field["index"] ?? field, "a field that is not indexed must be optional", "add \"optional\": true")
        }
        if isFalse("index"), isTrue("facet") {
            complain(field["facet"] ?? field, "a field that is not indexed cannot be a facet")
        }
        if isTrue("sort"), !Self.sortable.contains(type) {
            complain(field["sort"] ?? field, "a field of the type '\(type)' cannot be sorted by")
        }
        if text == ".*", isFalse("optional") {
            complain(field["optional"] ?? field, "the field '.*' is always optional")
        }
        if text == ".*", isTrue("facet") { complain(field["facet"] ?? field, "the field '.*' cannot be a facet") }
        if type.hasPrefix("object"), !nested {
            complain(typeNode, "'\(type)' needs nested fields", "add \"enable_nested_fields\": true to the collection")
        }
        checkVector(field, type, isFacet: isTrue("facet"))
        if let reference = field["reference"], let target = reference.text, target.split(separator: ".").count < 2 {
            complain(reference, "'reference' must be collection.field, but is '\(target)'")
        }
        for key in ["token_separators", "symbols_to_index"] { checkSymbols(field[key], key) }
        checkSecrets(field["embed"]?["model_config"])
    }

    private mutating func checkVector(_ field: DocumentNode, _ type: String, isFacet: Bool) {
        if let embed = field["embed"], type != "float[]" { complain(embed, "'embed' needs the type 'float[]'") }
        guard let dimensions = field["num_dim"] else { return }
        if type != "float[]" { complain(dimensions, "'num_dim' needs the type 'float[]'") }
        if case .integer(let count) = dimensions.scalar, count <= 0 {
            complain(dimensions, "'num_dim' must be above 0")
        }
        if isFacet { complain(field["facet"] ?? field, "a vector cannot be a facet") }
    }

    /// A schema is read by everybody who may read the repository.
    private mutating func checkSecrets(_ model: DocumentNode?) {
        for key in SecretReference.members.sorted() where key != "value" {
            guard let value = model?[key], let text = value.text, !SecretReference.isOne(text) else { continue }
            complain(value, "'\(key)' must be a reference, not the secret itself", "write env:NAME or file:/path")
        }
    }

    private mutating func checkSymbols(_ node: DocumentNode?, _ key: String) {
        for item in node?.items ?? [] {
            if let text = item.text, text.unicodeScalars.count != 1 {
                complain(item, "'\(key)' takes single characters, but this is '\(text)'")
            }
        }
    }

    private mutating func checkSorting(_ node: DocumentNode?, _ fields: [DocumentNode]) {
        guard let node, let name = node.text, !name.isEmpty else { return }
        guard let field = fields.first(where: { $0["name"]?.text == name }) else {
            let nearest = Spelling.nearest(to: name, among: fields.compactMap { $0["name"]?.text })
            return complain(
                node, "there is no field '\(name)' to sort by", nearest.map { "did you mean '\($0)'?" })
        }
        let type = field["type"]?.text ?? ""
        let sorts = field["sort"]?.scalar
        if sorts == .boolean(false)
            || !(["int32", "int64", "float", "bool"].contains(type) || (type == "string" && sorts == .boolean(true)))
        {
            complain(
                node, "the field '\(name)' cannot be sorted by",
                "it needs a single number, or a string with \"sort\": true")
        }
        if field["optional"]?.scalar == .boolean(true) {
            complain(node, "the default sorting field '\(name)' must not be optional")
        }
    }
}
