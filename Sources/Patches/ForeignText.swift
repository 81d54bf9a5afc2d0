import Model

/// Text in none of the dialects that is no snippet either: somebody's diff in a form that is not read. As a snippet it would be
/// put into the file with all its signs.
enum ForeignText {
    static func refuse(_ source: PatchSource) throws(Failure) {
        for index in source.lines.indices {
            guard let (what, remedy) = kind(source, index) else { continue }
            throw PatchSource.failure("it is \(what)", line: index, remedy: remedy)
        }
    }

    private static let fresh = "send a unified diff: `diff -u` or `git diff`"

    private static func kind(_ source: PatchSource, _ index: Int) -> (String, String)? {
        guard let first = source.lines[index].first else { return nil }
        switch first {
        case 0x1B:
            return isDiff(source, index, behind: colour)
                ? ("a diff with colours in it", "use `git diff --no-color`") : nil
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ">"):
            guard isDiff(source, index, behind: margin) else { return nil }
            return ("an indented or quoted patch", "begin its lines where the text begins")
        case UInt8(ascii: "*"):
            let isContext = source.starts(index, "*** ") && source.starts(index + 1, "--- ")
            return isContext && source.starts(index + 2, "*****") ? ("a context diff", fresh) : nil
        case UInt8(ascii: "B"):
            let isBinary = source.starts(index, "Binary files ") && source.text(index).hasSuffix(" differ")
            return isBinary ? ("a binary difference", "send text files only") : nil
        case UInt8(ascii: "S"):
            let text = source.starts(index, "Submodule ") ? source.text(index) : ""
            let isChange = text.contains("..") && text.hasSuffix(":")
            return isChange ? ("the log of a submodule", "a submodule is moved by whoever owns the repository") : nil
        case UInt8(ascii: "<"): return isConflict(source, index) ? ("a conflict of a merge", fresh) : nil
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return isNormal(source, index) ? ("a normal diff, without context", fresh) : nil
        default: return nil
        }
    }

    private static func margin(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.drop { [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ">")].contains($0) }
    }

    /// Without an escape sequence at the beginning (ECMA-48, 5.4).
    private static func colour(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while line.first == 0x1B {
            line = line.drop { !(64...126).contains($0) || $0 == UInt8(ascii: "[") }.dropFirst()
        }
        return line
    }

    /// Whether lines that only one dialect has begin behind what stands before them.
    private static func isDiff(
        _ source: PatchSource, _ index: Int, behind: (ArraySlice<UInt8>) -> ArraySlice<UInt8>
    ) -> Bool {
        func starts(_ index: Int, _ text: StaticString) -> Bool {
            guard source.lines.indices.contains(index) else { return false }
            return text.withUTF8Buffer { behind(source.lines[index]).starts(with: $0) }
        }
        return starts(index, "diff --git ") || starts(index, "*** Begin Patch")
            || starts(index, "--- ") && starts(index + 1, "+++ ")
    }

    /// `<<<<<<< ours`, `=======`, `>>>>>>> theirs`, as git leaves them.
    private static func isConflict(_ source: PatchSource, _ index: Int) -> Bool {
        guard source.starts(index, "<<<<<<< ") else { return false }
        return source.lines.indices.dropFirst(index + 1).contains { source.starts($0, ">>>>>>> ") }
    }

    /// `2c2`, `3,4d2`, `5a6,7`, and a line with `<` or `>` below it.
    private static func isNormal(_ source: PatchSource, _ index: Int) -> Bool {
        guard source.starts(index + 1, "< ") || source.starts(index + 1, "> ") else { return false }
        let parts = source.text(index).split(omittingEmptySubsequences: false) { "acd".contains($0) }
        return parts.count == 2
            && parts.allSatisfy { part in part.first?.isNumber == true && part.allSatisfy { $0.isNumber || $0 == "," } }
    }
}
