/// What a text must look like: one rule for the parser and for the JSON Schema.
struct TextRule: Sendable {
    /// With its article: `a service name`.
    var name: String
    /// Of the same language as `check`, in ECMA-262's syntax, for the schema; nil where a pattern cannot say it.
    var pattern: String?
    var lengths: ClosedRange<Int>
    /// Why the text is refused (`it is absolute`), or nil when it is right.
    var check: @Sendable (String) -> String?

    init(
        _ name: String, pattern: String? = nil, lengths: ClosedRange<Int> = 1...4096,
        check: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.name = name
        self.pattern = pattern
        self.lengths = lengths
        self.check = check
    }

    /// Why `text` is refused, or nil.
    func refusal(_ text: String) -> String? {
        let length = text.unicodeScalars.count
        if length < lengths.lowerBound { return length == 0 ? "it is empty" : "it is too short" }
        if length > lengths.upperBound { return "it has more than \(lengths.upperBound) characters" }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return "it holds a control character"
        }
        return check(text)
    }
}
