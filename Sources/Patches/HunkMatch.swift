/// A place where all old lines of a hunk stand in a file, and how alike they are.
struct HunkMatch: Hashable {
    /// Index of the first of them.
    var start: Int
    var count: Int
    var rung: Rung
    var indentation: Indentation
    /// Lines that are added then take the ends of those around them.
    var differsInLineEnds: Bool

    /// nil where the lines differ by more than the ladder allows.
    static func at(_ start: Int, _ old: [Hunk.Line], in lines: FileLines) -> HunkMatch? {
        guard start >= 0, start <= lines.count - old.count else { return nil }
        var match = HunkMatch(
            start: start, count: old.count, rung: .exact, indentation: .same, differsInLineEnds: false)
        var pairs: [(isContext: Bool, pair: Indentation.Pair)] = []
        for (offset, line) in old.enumerated() {
            let patch = line.bytes[...]
            let file = lines[start + offset]
            if patch == file {
                let indentation = Indentation.of(patch)
                if !isBlank(patch) {
                    pairs.append((line.kind == .context, .init(patch: indentation, file: indentation)))
                }
                continue
            }
            // What the patch calls the end of the file is the end of the file.
            if patch.last != 10, start + offset != lines.count - 1 { return nil }
            // Lines that are alike have the same key; without it nobody looks at all of a long one.
            guard lines.keys[start + offset] == LooseText.key(line.bytes), let rung = rung(patch, file) else {
                return nil
            }
            match.rung = max(match.rung, rung)
            if end(patch) != end(file) { match.differsInLineEnds = true }
            if !isBlank(patch) {
                let isFolded = rung == .unicode
                pairs.append(
                    (
                        line.kind == .context,
                        .init(
                            patch: Indentation.of(isFolded ? LooseText.folded(patch)[...] : patch),
                            file: Indentation.of(isFolded ? LooseText.folded(file)[...] : file))
                    ))
            }
        }
        guard match.rung >= .indentation else { return match }
        guard let indentation = indentation(pairs) else { return nil }
        match.indentation = indentation
        return match
    }

    private static func rung(_ patch: ArraySlice<UInt8>, _ file: ArraySlice<UInt8>) -> Rung? {
        if withoutEnd(patch) == withoutEnd(file) { return .lineEnds }
        let (left, right) = (LooseText.withoutEnd(patch), LooseText.withoutEnd(file))
        if left == right { return .trailingSpace }
        if left.drop(while: LooseText.isWhite) == right.drop(while: LooseText.isWhite) { return .indentation }
        let (leftText, rightText) = (LooseText.folded(left), LooseText.folded(right))
        return LooseText.trimmed(leftText[...]) == LooseText.trimmed(rightText[...]) ? .unicode : nil
    }

    /// A context line that lost its leading blank shows one blank too few. It is evidence all the same, for it stays as the
    /// file has it; but it says nothing about how other lines are indented.
    private static func indentation(_ pairs: [(isContext: Bool, pair: Indentation.Pair)]) -> Indentation? {
        let sound = pairs.filter { !($0.isContext && [32] + $0.pair.patch == Array($0.pair.file)) }
        if sound.allSatisfy({ $0.pair.patch == $0.pair.file }) { return .same }
        return Indentation(pairs.map(\.pair))
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy(LooseText.isWhite) }

    /// `CR LF`, `LF` or nothing.
    static func end(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard line.last == 10 else { return [] }
        return line.dropLast().last == 13 ? line.suffix(2) : line.suffix(1)
    }

    static func withoutEnd(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> { line.dropLast(end(line).count) }
}
