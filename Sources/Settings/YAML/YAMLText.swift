/// The text of a YAML file, checked for what no parser should have to see, and prepared so that Yams never resolves an alias.
///
/// Yams copies the value of an alias to every place that names it and hashes whole values where they are keys, so that nine
/// short lines can keep it busy for hours. Here every `*` is replaced by a character from the private use area before Yams
/// reads the text. What was an alias is then a plain scalar with that character in front, at a known place, and is resolved by
/// `YAMLConverter` with a budget; any other `*` is put back.
struct YAMLText {
    /// Larger files are refused unread.
    static let maximumBytes = 1 << 20

    /// What Yams is given, line by line.
    private(set) var lines: [[Unicode.Scalar]]
    /// Stands for `*`.
    let star: Unicode.Scalar
    /// Put into a key to make it differ from its duplicate.
    let distinction: Unicode.Scalar
    private let hasForeignLineBreaks: Bool

    /// - Throws: the one problem that makes the file unreadable.
    init(_ bytes: [UInt8], source: String) throws(ConfigurationProblems) {
        guard bytes.count <= Self.maximumBytes else {
            throw ConfigurationProblems(
                .init(
                    source: source,
                    message: "the file has \(bytes.count) bytes; at most \(Self.maximumBytes) are read"))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let place = Self.firstInvalid(bytes)
            throw ConfigurationProblems(
                .init(
                    source: source, line: place.line, column: place.column, message: "the file is not UTF-8 here",
                    suggestion: "save it as UTF-8"))
        }
        var scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        lines = Self.split(scalars)
        if let (place, scalar) = Self.firstControl(lines) {
            throw ConfigurationProblems(
                .init(
                    source: source, line: place.line, column: place.column,
                    message:
                        "the control character U+\(String(scalar.value, radix: 16, uppercase: true)) may not stand in YAML",
                    suggestion: "remove it, or write it as an escape in double quotes"))
        }
        let used = Set(scalars.lazy.map(\.value).filter { (0xE000...0xF8FF).contains($0) })
        var free = (UInt32(0xE000)...0xF8FF).lazy.filter { !used.contains($0) }.compactMap(Unicode.Scalar.init)
            .makeIterator()
        guard let star = free.next(), let distinction = free.next() else {
            throw ConfigurationProblems(
                .init(source: source, message: "the file uses every character of the private use area"))
        }
        (self.star, self.distinction) = (star, distinction)
        hasForeignLineBreaks = scalars.contains { [0x85, 0x2028, 0x2029].contains($0.value) }
        for index in lines.indices { lines[index] = lines[index].map { $0 == "*" ? star : $0 } }
    }

    /// The text for Yams.
    var prepared: String {
        var text = String.UnicodeScalarView()
        for (index, line) in lines.enumerated() {
            if index > 0 { text.append("\n") }
            text.append(contentsOf: line)
        }
        return String(text)
    }

    /// Makes the key that starts at the place Yams named differ from every other; false when that is not possible.
    mutating func distinguish(line: Int, column: Int) -> Bool {
        guard !hasForeignLineBreaks, lines.indices.contains(line - 1), column >= 1, column <= lines[line - 1].count
        else { return false }
        // Behind the first character, so that the opening quote of a quoted key stays in front.
        lines[line - 1].insert(distinction, at: column)
        return true
    }

    /// A place as Yams names it, in the file as it was.
    func position(line: Int, column: Int) -> SourcePosition {
        var inserted = 0
        if lines.indices.contains(line - 1) {
            inserted = lines[line - 1].prefix(max(0, column - 1)).count { $0 == distinction }
        }
        return SourcePosition(line: max(1, line), column: max(1, column - inserted))
    }

    /// A scalar's text as it stood in the file.
    func restored(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 == star || $0 == distinction }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar != distinction { result.append(scalar == star ? "*" : scalar) }
        return String(result)
    }

    /// Line ends are LF, CR LF and CR.
    private static func split(_ scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        var lines: [[Unicode.Scalar]] = [[]]
        var previous: Unicode.Scalar?
        for scalar in scalars {
            if scalar == "\r" || (scalar == "\n" && previous != "\r") {
                lines.append([])
            } else if scalar != "\n" {
                lines[lines.count - 1].append(scalar)
            }
            previous = scalar
        }
        return lines
    }

    private static func firstControl(_ lines: [[Unicode.Scalar]]) -> (SourcePosition, Unicode.Scalar)? {
        for (number, line) in lines.enumerated() {
            let column = line.firstIndex {
                ($0.value < 0x20 && $0 != "\t") || (0x7F...0x9F).contains($0.value) && $0.value != 0x85
                    || $0.value == 0xFEFF || $0.value == 0xFFFE || $0.value == 0xFFFF
            }
            if let column { return (SourcePosition(line: number + 1, column: column + 1), line[column]) }
        }
        return nil
    }

    private static func firstInvalid(_ bytes: [UInt8]) -> SourcePosition {
        var place = SourcePosition.start
        var iterator = bytes.makeIterator()
        var decoder = UTF8()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            place =
                scalar == "\n"
                ? .init(line: place.line + 1, column: 1) : .init(line: place.line, column: place.column + 1)
        }
        return place
    }
}
