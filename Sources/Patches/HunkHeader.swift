/// What stands in a line that begins with `@@`: numbers, a hint, both or nothing.
struct HunkHeader: Hashable {
    var oldStart: Int?
    var oldCount: Int?
    var newStart: Int?
    var newCount: Int?
    var hint: String?

    /// nil for numbers that no file can have.
    init?(_ line: String) {
        var rest = Substring(line).drop { $0 == "@" }.drop { $0 == " " || $0 == "\t" }
        if rest.first == "-" {
            var copy = rest
            guard let numbers = Self.ranges(&copy) else { return nil }
            if let (old, new) = numbers {
                (oldStart, oldCount, newStart, newCount) = (old.0, old.1, new.0, new.1)
                rest = copy.drop { $0 == " " || $0 == "\t" }
                if rest.hasPrefix("@@") { rest = rest.dropFirst(2) }
            }
        }
        while let last = rest.last, last == " " || last == "\t" || last == "@" { rest.removeLast() }
        let text = rest.drop { $0 == " " || $0 == "\t" }
        // `@@ ... @@` says nothing.
        if text.contains(where: { $0.isLetter || $0.isNumber }), oldStart != nil || !text.hasPrefix("-") {
            hint = String(text)
        }
    }

    /// `-12,4 +12,5`; a missing count means 1. The inner nil: it is none. The outer: numbers that are too large.
    private static func ranges(_ text: inout Substring) -> ((Int, Int), (Int, Int))?? {
        guard let old = range("-", &text) else { return .some(nil) }
        text = text.drop { $0 == " " || $0 == "\t" }
        guard let new = range("+", &text) else { return .some(nil) }
        guard let (oldStart, oldCount) = old, let (newStart, newCount) = new else { return nil }
        return ((oldStart, oldCount), (newStart, newCount))
    }

    private static func range(_ sign: Character, _ text: inout Substring) -> (Int, Int)?? {
        guard text.first == sign else { return nil }
        text.removeFirst()
        let start = digits(&text)
        guard !start.isEmpty else { return nil }
        guard let start = number(start) else { return .some(nil) }
        guard text.first == "," else { return (start, 1) }
        text.removeFirst()
        guard let count = number(digits(&text)) else { return .some(nil) }
        return (start, count)
    }

    private static func digits(_ text: inout Substring) -> Substring {
        let digits = text.prefix { ("0"..."9").contains($0) }
        text = text.dropFirst(digits.count)
        return digits
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.count <= 9 ? Int(digits) : nil
    }
}
