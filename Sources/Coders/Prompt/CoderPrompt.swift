/// What a coder is told, ready to be sent.
package struct CoderPrompt: Sendable, Hashable {
    /// What it may do and how it is to answer.
    package var instructions: String
    /// The failure.
    package var material: String
    /// Stands at the beginning and the end of everything in `material` that nobody vouches for.
    package var boundary: String

    package var tokens: Int { TokenEstimate.of(instructions) + TokenEstimate.of(material) }
    /// Both in one text, for who takes only one.
    package var whole: String { "\(instructions)\n\n\(material)" }
}
