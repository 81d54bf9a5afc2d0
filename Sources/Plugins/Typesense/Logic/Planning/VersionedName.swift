/// `books_3f9a0c1b2d`, and `books_3f9a0c1b2d_2` where that is taken.
enum VersionedName {
    static func make(_ name: String, _ digest: String) -> String {
        let padded = String(repeating: "0", count: max(0, 10 - digest.count)) + digest
        return "\(name)_\(padded.suffix(10))"
    }

    /// Whether a collection's name was made here for this name.
    static func isOne(_ text: String, of name: String) -> Bool {
        guard text.hasPrefix("\(name)_") else { return false }
        let parts = text.dropFirst(name.count + 1).split(separator: "_", omittingEmptySubsequences: false)
        guard let digest = parts.first, digest.count == 10, digest.allSatisfy({ "0123456789abcdef".contains($0) })
        else { return false }
        return parts.count == 1 || (parts.count == 2 && Int(parts[1]) ?? 0 > 1)
    }
}
