/// The numbers of a hunk's header, `@@ -12,4 +12,5 @@`; a missing count means 1.
struct HunkRange: Hashable {
    var oldStart: Int
    var oldCount: Int
    var newStart: Int
    var newCount: Int

    init?(_ header: String) {
        let parts = header.split(separator: " ")
        guard parts.count >= 4, parts[0] == "@@", parts[3] == "@@", parts[1].hasPrefix("-"), parts[2].hasPrefix("+"),
            let old = Self.pair(parts[1].dropFirst()), let new = Self.pair(parts[2].dropFirst())
        else { return nil }
        (oldStart, oldCount) = old
        (newStart, newCount) = new
    }

    private static func pair(_ text: Substring) -> (Int, Int)? {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(numbers.count), let start = number(numbers[0]) else { return nil }
        if numbers.count == 1 { return (start, 1) }
        guard let count = number(numbers[1]) else { return nil }
        return (start, count)
    }

    private static func number(_ text: Substring) -> Int? {
        guard let number = Int(text), (0..<1_000_000_000).contains(number), text.first?.isNumber == true else {
            return nil
        }
        return number
    }
}
