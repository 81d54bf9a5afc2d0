/// ssh's host patterns: `*` for any run of characters, `?` for one.
enum Wildcard {
    static func matches(_ text: Substring.UTF8View, pattern: Substring.UTF8View) -> Bool {
        var text = text
        var pattern = pattern
        // Where to take up again when the present guess of a star's length fails.
        var retry: (text: Substring.UTF8View, pattern: Substring.UTF8View)?
        while !text.isEmpty {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (text, pattern)
            } else if let wanted = pattern.first, wanted == UInt8(ascii: "?") || wanted == text.first {
                pattern = pattern.dropFirst()
                text = text.dropFirst()
            } else if let last = retry {
                retry = (last.text.dropFirst(), last.pattern)
                text = last.text.dropFirst()
                pattern = last.pattern
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
