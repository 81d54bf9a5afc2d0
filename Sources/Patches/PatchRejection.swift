package import Model

/// Why a patch does not go into a file: for a person as a failure, for a program as fields.
package struct PatchRejection: Error, Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable, Codable {
        /// The old lines are nowhere.
        case missing
        /// They are in more places than one.
        case ambiguous
        /// They are outside of what the hint names.
        case outside
        /// What would be added stands there already, and the hunk shows one side of it only.
        case doubled
        /// There are no old lines to go by.
        case needsContext
        /// Two hunks change the same lines.
        case overlap
        /// The search took too long.
        case exhausted
        /// A line would lose its end.
        case joined
        /// The file's encoding.
        case encoding
        /// There is a file where none should be, or none where one should be, or its content is another.
        case file
        /// A snippet, which needs an anchor.
        case anchor
    }

    /// What an agent needs to do better.
    package struct Detail: Hashable, Sendable, Codable {
        package var reason: Reason
        package var file: String
        /// The hunk's number and the line of the patch it begins at, both from 1.
        package var hunk: Int?
        package var patchLine: Int?
        /// Lines of the file, from 1, where the hunk fits or nearly fits.
        package var candidates: [Int] = []
        /// The first line that differs, from 1, with what the patch wants there.
        package var line: Int?
        package var expected: String?
        /// The lines around it, as the file has them; the first has the number `firstLine`.
        package var firstLine: Int?
        package var found: [String] = []
    }

    package var failure: Failure
    package var detail: Detail
}

extension PatchRejection: CustomStringConvertible {
    package var description: String { "\(failure)" }
}
