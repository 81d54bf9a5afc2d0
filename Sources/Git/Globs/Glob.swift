package import Model

/// A pattern over the paths of a repository, relative to its root.
///
/// `*` matches any characters but `/`, `?` one character, `[a-z]` and `[!a-z]` one of a set, `**` any number of folders (as
/// a whole segment), and `\` takes the next character literally. A leading dot is nothing special. Files are matched, not
/// folders, with two exceptions: a last segment without wildcards that names a folder stands for everything in it (`shared`),
/// and so does a trailing slash (`libs/*/`).
package struct Glob: Hashable, Sendable, CustomStringConvertible {
    package let pattern: String
    let segments: [GlobSegment]

    /// States are kept as bits of a machine word, one for each segment and one for the end.
    private static let mostSegments = 62

    /// - Throws: `config.glob` for a pattern that cannot match anything: absolute, with `..`, an unclosed `[`, empty.
    package init(_ pattern: String) throws(Failure) {
        self.pattern = pattern
        let parser = GlobParser(pattern)
        var segments = try parser.segments()
        // Several `**` in a row mean what one does.
        segments = segments.enumerated().filter { index, segment in
            !(segment == .anyDepth && index > 0 && segments[index - 1] == .anyDepth)
        }.map(\.element)
        guard segments.count <= Self.mostSegments else {
            throw .glob(pattern, "it has more than \(Self.mostSegments) segments")
        }
        self.segments = segments
    }

    /// The path itself, or everything below it when it is a folder; "" is everything.
    /// - Parameter path: taken literally.
    init(path: String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual([UInt8(ascii: ".")]) }
        segments = parts.isEmpty ? [.anyDepth] : parts.map { .literal(Array($0)) }
        // The pattern that reads back as the same segments.
        let names = parts.map { part in
            String(
                decoding: part.flatMap { Self.wildcards.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }, as: UTF8.self)
        }
        pattern = names.isEmpty ? "." : names.joined(separator: "/")
    }

    private static let wildcards = Set("*?[\\".utf8)

    package var description: String { pattern }

    /// Whether the glob matches a file at `path`; for single questions. A whole tree is matched with `Fingerprints`.
    package func matches(_ path: String) -> Bool {
        var state = start
        let parts = Array(path.utf8).split(separator: UInt8(ascii: "/"))
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1 { return selects(part, in: state) }
            state = enter(part, in: state)
            if state == 0 { return false }
        }
        return false
    }

    /// The folder without wildcards that everything it matches lies in; "" is the root.
    package var folder: String {
        literalFolder.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }

    /// All leading literal segments but the last segment.
    var literalFolder: [[UInt8]] {
        var parts: [[UInt8]] = []
        for segment in segments.dropLast() {
            guard case .literal(let bytes) = segment else { break }
            parts.append(bytes)
        }
        return parts
    }
}

extension Failure {
    static func glob(_ pattern: String, _ reason: String) -> Failure {
        Failure(
            .globInvalid, "the glob '\(pattern)' cannot be used: \(reason)",
            remedy: "Write it relative to the repository's root, such as 'shared/**/*.swift'.")
    }
}
