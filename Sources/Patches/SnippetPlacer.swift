package import Model

/// Puts a bare snippet where an anchor says. Which of several ways is meant, no text can tell: they are for trying.
package enum SnippetPlacer {
    /// One way of placing it.
    package struct Way: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable { case replacement, insertionBefore, insertionAfter }
        package var kind: Kind
        package var content: [UInt8]
        /// Of the file as it was, from 1.
        package var line: Int

        package var words: String {
            switch kind {
            case .replacement: "replacement"
            case .insertionBefore: "insertion before"
            case .insertionAfter: "insertion after"
            }
        }
    }

    /// In place of a line, before it and after it, with the line's indentation.
    ///
    /// Throws `feedback.anchor` for a snippet that stands for more than it shows and for a line that the file does not have.
    package static func ways(_ snippet: [UInt8], line: Int, in content: [UInt8], file: String) throws(Failure) -> [Way]
    {
        try refusePlaceholders(snippet, file)
        let lines = FileLines.split(content).map { Array($0) }
        guard lines.indices.contains(line - 1) else {
            throw Failure(
                .anchor, "'\(file)' has \(lines.count) lines, and no line \(line)",
                remedy: "name a line of the file as it is now")
        }
        let added = fitted(snippet, to: lines[line - 1], of: lines)
        return [Way.Kind.replacement, .insertionBefore, .insertionAfter].compactMap { kind in
            var result = lines
            switch kind {
            case .replacement: result.replaceSubrange(line - 1..<line, with: added)
            case .insertionBefore: result.insert(contentsOf: added, at: line - 1)
            case .insertionAfter:
                // The file's last line may have no end.
                if result[line - 1].last != 10 { result[line - 1] += end(of: lines) }
                result.insert(contentsOf: added, at: line)
            }
            let joined = Array(result.joined())
            return joined == content ? nil : Way(kind: kind, content: joined, line: line)
        }
    }

    /// In place of a text that stands there once: whole lines, however they are indented, or a part of one line as it is.
    package static func replacing(_ text: String, by snippet: [UInt8], in content: [UInt8], file: String)
        throws(Failure)
        -> Way
    {
        try refusePlaceholders(snippet, file)
        let lines = FileLines.split(content).map { Array($0) }
        let wanted = FileLines.split(Array(text.utf8)).map { trimmed(Array($0)) }
        let old = Array(wanted.drop { $0.isEmpty }.reversed().drop { $0.isEmpty }.reversed())
        let places = places(of: old, in: lines.map(trimmed))
        if places.count == 1 {
            var result = lines
            let range = places[0]..<places[0] + old.count
            var added = fitted(snippet, to: lines[places[0]], of: lines)
            if range.upperBound == lines.count, lines[range.upperBound - 1].last != 10, let last = added.popLast() {
                added.append(Array(last.reversed().drop { [10, 13].contains($0) }.reversed()))
            }
            result.replaceSubrange(range, with: added)
            return Way(kind: .replacement, content: Array(result.joined()), line: places[0] + 1)
        }
        if places.isEmpty, !text.utf8.contains(10), let way = within(text, snippet, lines) { return way }
        let list = places.prefix(10).map { String($0 + 1) }.joined(separator: ", ")
        throw Failure(
            .anchor,
            places.isEmpty
                ? "the text to replace is not in '\(file)', or more than once in parts of lines"
                : "the text to replace stands in \(places.count) places of '\(file)': lines \(list)",
            remedy: "name whole lines that stand there once, as the file has them now")
    }

    /// Every place where the lines stand, a few of many.
    private static func places(of wanted: [[UInt8]], in lines: [[UInt8]]) -> [Int] {
        guard !wanted.isEmpty else { return [] }
        var keys: [[UInt8]: Int] = [:]
        func key(_ line: [UInt8]) -> Int {
            if let known = keys[line] { return known }
            keys[line] = keys.count
            return keys.count - 1
        }
        return LineSearch.occurrences(of: wanted.map(key), in: lines.map(key), limit: 100)
    }

    private static func within(_ text: String, _ snippet: [UInt8], _ lines: [[UInt8]]) -> Way? {
        let wanted = Array(text.utf8)
        var found: (line: Int, offset: Int)?
        for (index, line) in lines.enumerated() {
            var offset = 0
            while let place = line[offset...].firstRange(of: wanted)?.lowerBound {
                if found != nil { return nil }
                found = (index, place)
                offset = place + 1
            }
        }
        guard let found else { return nil }
        var inner = snippet
        while let last = inner.last, [10, 13].contains(last) { inner.removeLast() }
        var result = lines
        result[found.line].replaceSubrange(found.offset..<found.offset + wanted.count, with: inner)
        return Way(kind: .replacement, content: Array(result.joined()), line: found.line + 1)
    }

    /// The snippet's lines with the indentation that a line of the file has, and with the file's line ends.
    private static func fitted(_ snippet: [UInt8], to line: [UInt8], of lines: [[UInt8]]) -> [[UInt8]] {
        let own = FileLines.split(snippet).map { Array($0.reversed().drop { [10, 13].contains($0) }.reversed()) }
        let texts = Array(own.drop { trimmed($0).isEmpty }.reversed().drop { trimmed($0).isEmpty }.reversed())
        let shared =
            texts.filter { !trimmed($0).isEmpty }.map { Array($0.prefix(while: isBlank)) }
            .reduce(nil as [UInt8]?) { common, next in
                guard let common else { return next }
                return zip(common, next).prefix { $0 == $1 }.map(\.0)
            } ?? []
        let wanted = Array(line.prefix(while: isBlank))
        let end = end(of: lines)
        return texts.map { trimmed($0).isEmpty ? end : wanted + $0.dropFirst(shared.count) + end }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    private static func trimmed(_ line: [UInt8]) -> [UInt8] {
        Array(line.drop(while: isBlank).reversed().drop { isBlank($0) || $0 == 10 || $0 == 13 }.reversed())
    }

    private static func end(of lines: [[UInt8]]) -> [UInt8] {
        let ended = lines.filter { $0.last == 10 }
        return !ended.isEmpty && ended.allSatisfy({ $0.dropLast().last == 13 }) ? [13, 10] : [10]
    }

    private static func refusePlaceholders(_ snippet: [UInt8], _ file: String) throws(Failure) {
        for (index, line) in FileLines.split(snippet).enumerated() {
            guard let kind = Placeholder.kind(Array(line)), kind == .spoken || !Placeholder.allowsBare(file) else {
                continue
            }
            throw PatchReader.anchor(
                "the snippet holds '\(PatchReader.shown(Array(line)))', which stands for lines it does not show",
                line: index)
        }
    }
}
