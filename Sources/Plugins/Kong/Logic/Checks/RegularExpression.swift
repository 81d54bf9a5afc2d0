/// As much of regular expressions as can be judged without an engine: what the author most likely meant as one, and
/// brackets that do not close.
enum RegularExpression {
    /// The characters by which versions 1.1 and 2.1 of the format told a regular expression from a path.
    static func looksLikeOne(_ path: String) -> Bool {
        !path.utf8.allSatisfy { TextRule.isAlphanumeric($0) || "/.-_~%".utf8.contains($0) || $0 >= 0x80 }
    }

    static func complaint(_ text: String) -> String? {
        var open: [Character] = []
        var isEscaped = false
        var isInClass = false
        for character in text {
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if isInClass {
                isInClass = character != "]"
            } else if character == "[" {
                isInClass = true
            } else if character == "(" {
                open.append(character)
            } else if character == ")" {
                guard open.popLast() != nil else { return "has a ')' without its '('" }
            }
        }
        if isEscaped { return "ends with a '\\' that escapes nothing" }
        if isInClass { return "has a '[' without its ']'" }
        return open.isEmpty ? nil : "has a '(' without its ')'"
    }
}
