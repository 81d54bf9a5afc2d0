/// One case of the corpus, as `Scripts/make-patch-corpus` wrote it.
package struct PatchCase: Sendable, Codable {
    /// Kinds of answers that a case can want.
    package enum Answer: String, Sendable, Codable {
        case applied, rejected
        case alreadyApplied = "already-applied"
        /// Ways of placing a snippet, of which a trial chooses.
        case candidates
    }

    package struct Anchor: Sendable, Codable {
        /// From 1.
        package var line: Int?
        /// The text that the snippet replaces.
        package var replace: String?
    }

    /// Makes a large file: `lines` lines of `text`, with `{n}` for the line's number and `{m}` for its rest by `period`.
    package struct Rule: Sendable, Codable, Hashable {
        package var lines: Int
        package var text: String
        package var period: Int
    }

    /// The lines from `start` on, `count` of them, become `text`.
    package struct Splice: Sendable, Codable {
        package var start: Int
        package var count: Int
        package var text: String

        package init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            start = try fields.decode(Int.self)
            count = try fields.decode(Int.self)
            text = try fields.decode(String.self)
        }

        package func encode(to encoder: any Encoder) throws {
            var fields = encoder.unkeyedContainer()
            try fields.encode(start)
            try fields.encode(count)
            try fields.encode(text)
        }
    }

    package var id: String
    package var danger: String
    package var language: String
    package var drift: String
    package var dialect: String
    package var shape: String
    package var path: String
    package var allows: [Answer]
    /// Why it may be rejected; each is right.
    package var reasons: [String]?
    /// The applier is given the file as the author saw it.
    package var knowsBase: Bool?
    package var anchor: Anchor?
    /// `latin-1`: each character of the contents is one byte; the patch is text all the same.
    package var encoding: String?
    package var note: String?
    package var rule: Rule?
    /// The name of the author's file among the files; absent where there was none.
    package var base: String?
    /// From the author's file to today's; absent where there is none today.
    package var today: [Splice]?
    /// From the author's file to what is wanted; absent where the file is to be gone.
    package var wanted: [Splice]?
    /// What is right as well.
    package var also: [[Splice]]?
    package var patch: String
}
