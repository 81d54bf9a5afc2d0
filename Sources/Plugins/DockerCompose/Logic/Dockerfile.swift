/// The instructions of a Dockerfile with their lines.
///
/// Source of the format: https://docs.docker.com/reference/dockerfile/#format and the chapter "Here-documents".
package struct Dockerfile: Sendable {
    package struct Instruction: Sendable, Hashable {
        /// From 1, of its first line.
        package var line: Int
        /// `RUN`, in upper case.
        package var keyword: String
        /// With its continuations joined and runs of blanks made one.
        package var text: String
    }

    package let instructions: [Instruction]

    package init(_ source: String) {
        var instructions: [Instruction] = []
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.hasSuffix("\r") ? $0.dropLast() : $0
        }
        var escape: Character = "\\"
        var index = 0
        while index < lines.count {
            let trimmed = Self.trimmed(lines[index])
            if trimmed.hasPrefix("#") {
                let directive = trimmed.lowercased().filter { !$0.isWhitespace }
                if directive == "#escape=`", instructions.isEmpty { escape = "`" }
            }
            if trimmed.isEmpty || trimmed.hasPrefix("#") {
                index += 1
                continue
            }
            let first = index
            var text = ""
            while index < lines.count {
                let line = Self.trimmed(lines[index])
                index += 1
                // Comments and empty lines within an instruction are left out.
                if line.hasPrefix("#") || (line.isEmpty && !text.isEmpty) { continue }
                if line.last == escape {
                    text += line.dropLast() + " "
                } else {
                    text += line
                    break
                }
            }
            let joined = Self.collapsed(text)
            let keyword = joined.prefix { !$0.isWhitespace }.uppercased()
            instructions.append(Instruction(line: first + 1, keyword: keyword, text: joined))
            if ["RUN", "COPY", "ADD"].contains(keyword) {
                index = Self.end(ofHereDocuments: joined, lines, from: index)
            }
        }
        self.instructions = instructions
    }

    /// The line of a step as a builder prints it: `RUN make all`.
    ///
    /// - Parameter number: of the step, from 1, where the builder counts all instructions.
    package func line(of step: String, number: Int? = nil) -> Int? {
        let wanted = Self.collapsed(step)
        if let exact = instructions.first(where: { $0.text == wanted }) { return exact.line }
        let cut = wanted.hasSuffix("...") ? String(wanted.dropLast(3)) : wanted
        if cut.count > 8, let begun = instructions.first(where: { $0.text.hasPrefix(cut) || cut.hasPrefix($0.text) }) {
            return begun.line
        }
        let keyword = wanted.prefix { !$0.isWhitespace }.uppercased()
        if let number, instructions.indices.contains(number - 1), instructions[number - 1].keyword == keyword {
            return instructions[number - 1].line
        }
        // Builders put variables in place; the only one of its kind it still is.
        let same = instructions.filter { $0.keyword == keyword }
        return same.count == 1 ? same[0].line : nil
    }

    /// The line that names a base image.
    package func line(ofImage image: String) -> Int? {
        instructions.first { $0.keyword == "FROM" && $0.text.split(separator: " ").contains { $0 == image } }?.line
    }

    static func collapsed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func trimmed(_ line: Substring) -> Substring {
        let start = line.drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start }
        return start[...last]
    }

    private static func end(ofHereDocuments text: String, _ lines: [Substring], from index: Int) -> Int {
        var index = index
        for match in text.matches(of: /<<-?["']?([A-Za-z_][A-Za-z0-9_]*)["']?/) {
            // A shift operator is no here-document: nothing ends it.
            guard let end = lines[index...].firstIndex(where: { trimmed($0) == match.1 }) else { continue }
            index = end + 1
        }
        return index
    }
}
