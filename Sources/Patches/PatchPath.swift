/// File names as patches write them.
enum PatchPath {
    /// `diff -u` puts a tab and a time stamp behind the name.
    static func withoutTimestamp(_ text: String) -> String {
        if let tab = text.firstIndex(of: "\t") { return String(text[..<tab]) }
        // Where blanks took the tab's place: a date and a time with a colon, and nothing that a name would end with.
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let date = words.lastIndex(where: isDate), date > 0, date + 1 < words.count,
            words[date + 1].split(separator: ":").count == 3, words[date + 1].first?.isNumber == true
        else { return text }
        var name = Substring(text[..<words[date].startIndex])
        while name.last == " " { name.removeLast() }
        return String(name)
    }

    private static func isDate(_ word: Substring) -> Bool {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [4, 2, 2] && parts.allSatisfy { $0.allSatisfy(\.isNumber) }
    }

    /// Whether the time stamp is the beginning of time, wherever it was written: so `diff -N` shows a file that is not there.
    static func isNowhere(_ text: String) -> Bool {
        let isDay = ["\t1970-01-01 ", "\t1969-12-31 "].contains { text.contains($0) }
        return isDay && [":00:00", ":30:00", ":45:00"].contains { text.contains($0) }
    }

    /// Undoes git's C-style quoting (`"a/\303\244.txt"`, core.quotePath); other text is returned as it is.
    static func unquoted(_ text: String) -> String {
        guard text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 else { return text }
        let escapes: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "a"): 7,
            UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
        ]
        var bytes: [UInt8] = []
        var rest = Array(text.utf8.dropFirst().dropLast())[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            if (48...51).contains(next), rest.count >= 2 {
                let digits = [next, rest.removeFirst(), rest.removeFirst()]
                bytes.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1) - 48 }))
            } else {
                bytes.append(escapes[next] ?? next)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The files that the names of `---` and `+++` mean; nil stands for /dev/null.
    ///
    /// Prefixes (a/ and b/, git's mnemonic ones, the two folders of `diff -r`) come off where both sides wear one, for a
    /// folder may be called `a`. Two names are no rename, which git says in words, but a file and its backup: the one with
    /// fewer parts is meant, then the shorter, as POSIX patch chooses.
    static func meant(old: String?, new: String?) -> (old: String?, new: String?) {
        guard let old, let new else {
            if let old { return (old.hasPrefix("a/") ? String(old.dropFirst(2)) : old, nil) }
            return (nil, new.map { $0.hasPrefix("b/") ? String($0.dropFirst(2)) : $0 })
        }
        if old == new { return (old, new) }
        let (oldRest, newRest) = (withoutFirst(old), withoutFirst(new))
        if let oldRest, let newRest, oldRest == newRest { return (oldRest, newRest) }
        let isBare = !(old.hasPrefix("a/") && new.hasPrefix("b/"))
        let names = isBare ? [old, new] : [oldRest ?? old, newRest ?? new]
        let best = names.min { left, right in
            (left.split(separator: "/").count, left.utf8.count) < (right.split(separator: "/").count, right.utf8.count)
        }
        return (best, best)
    }

    private static func withoutFirst(_ name: String) -> String? {
        guard let slash = name.firstIndex(of: "/"), slash > name.startIndex else { return nil }
        let rest = name[name.index(after: slash)...]
        return rest.isEmpty ? nil : String(rest)
    }

    /// The name in `diff --git a/x b/x`, needed only where no ---/+++ lines follow: both halves are then equal.
    static func ofGitHeader(_ header: String) -> String? {
        let names = header.dropFirst("diff --git ".count)
        if names.hasPrefix("\"") {
            guard let split = names.place(of: "\" \"") else { return nil }
            let left = unquoted(String(names[..<split.lowerBound]) + "\"")
            let right = unquoted("\"" + String(names[split.upperBound...]))
            if left == right { return left }
            guard let rest = withoutFirst(left), rest == withoutFirst(right) else { return nil }
            return rest
        }
        let half = (names.count - 1) / 2
        guard names.count % 2 == 1, half > 0 else { return nil }
        let left = names.prefix(half)
        let right = names.suffix(half)
        if left == right { return String(left) }
        // a/ and b/, or git's mnemonic ones: c/ i/ o/ w/.
        guard let rest = withoutFirst(String(left)), rest == withoutFirst(String(right)) else { return nil }
        return rest
    }
}

extension StringProtocol {
    /// The first place of `text`; a small search, so that no Foundation is needed for it.
    fileprivate func place(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
