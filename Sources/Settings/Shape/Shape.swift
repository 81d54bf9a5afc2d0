/// What a value of `deployer.yaml`, of an environment variable or of a flag may be. The parser checks by it, the schema is
/// written from it.
indirect enum Shape: Sendable {
    case text(TextRule)
    /// Text, or a number or boolean taken as it is written.
    case written
    case boolean
    case integer(ClosedRange<Int>)
    case duration(ClosedRange<Duration>)
    /// Bytes, as a number or with a unit.
    case size(ClosedRange<Int>)
    case choice([String])
    case list(Shape, counts: ClosedRange<Int>, isUnique: Bool)
    case map(names: TextRule, values: Shape)
    case object(ObjectShape)
    /// A mapping whose members are somebody else's.
    case members
    case anything
    /// The first that fits by type.
    case either(Shape, Shape)
}

/// A mapping with known keys.
struct ObjectShape: Sendable {
    struct Key: Sendable {
        var name: String
        var shape: Shape
        var documentation: String
        var isRequired = false
        /// For the schema.
        var fallback: String?
        /// A setting that may not stand in the file, and why; it is not in the schema.
        var refusal: String?

        init(
            _ name: String, _ shape: Shape, _ documentation: String, isRequired: Bool = false,
            fallback: String? = nil, refusal: String? = nil
        ) {
            self.name = name
            self.shape = shape
            self.documentation = documentation
            self.isRequired = isRequired
            self.fallback = fallback
            self.refusal = refusal
        }
    }
    var keys: [Key]
    /// Of these exactly one must be there.
    var oneOf: [String] = []
    /// A key that has a meaning only beside another.
    var dependent: [String: String] = [:]
    /// Keys beginning with `x-` are free: a place for anchors.
    var allowsExtensions = false

    init(_ keys: [Key], oneOf: [String] = [], dependent: [String: String] = [:], allowsExtensions: Bool = false) {
        self.keys = keys
        self.oneOf = oneOf
        self.dependent = dependent
        self.allowsExtensions = allowsExtensions
    }

    func key(_ name: String) -> Key? { keys.first { $0.name == name } }
}

extension Shape {
    /// For messages, with its article.
    var expected: String {
        switch self {
        case .text(let rule): rule.name
        case .written: "text"
        case .boolean: "true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .duration(let range):
            "a duration from \(Self.spell(range.lowerBound)) to \(Self.spell(range.upperBound))"
        case .size(let range):
            "a size from \(Self.spell(bytes: range.lowerBound)) to \(Self.spell(bytes: range.upperBound))"
        case .choice(let names): "one of " + names.map { "'\($0)'" }.joined(separator: ", ")
        case .list: "a list"
        case .map, .object, .members: "a mapping"
        case .anything: "a value"
        case .either(let first, let second): "\(first.expected), or \(second.expected)"
        }
    }
}
