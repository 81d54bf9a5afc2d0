/// A place in a file, both numbers from 1. Columns count characters as editors do (Unicode scalars).
package struct SourcePosition: Hashable, Sendable {
    package var line: Int
    package var column: Int
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
    package static let start = SourcePosition(line: 1, column: 1)
}
