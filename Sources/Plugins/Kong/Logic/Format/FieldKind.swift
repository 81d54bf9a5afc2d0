/// What a field's value has to be.
package indirect enum FieldKind: Sendable {
    /// Text that a rule agrees with.
    case text(TextRule)
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case boolean
    /// One of these words.
    case choice([String])
    /// One of these numbers.
    case numberChoice([Int])
    case list(FieldKind, least: Int = 0)
    /// Names of the author's choice, each with a value of that kind.
    case map(TextRule, FieldKind)
    case record([FieldRule])
    /// Another entity, by its key or its id; `{id: …}` is the same.
    case reference(String)
    /// Left to whoever reads it: a plugin's configuration.
    case anything
}
