/// Parts of image names.
///
/// Source: the grammar of https://github.com/distribution/reference/blob/main/reference.go: lower-case letters and digits,
/// between them `.`, `_`, `__` or any number of `-`.
enum ImageName {
    /// A name as part of an image's: itself where it can be; else what can be of it, and a digest that keeps two apart.
    static func part(_ name: String) -> String {
        let grammar = /[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*/
        if name.utf8.count <= 80, name.wholeMatch(of: grammar) != nil { return name }
        let plain = StackCall.projectName(of: name).replacing("_", with: "-").prefix(60)
        return "\(plain)-\(Digest.of(name).prefix(8))"
    }
}
