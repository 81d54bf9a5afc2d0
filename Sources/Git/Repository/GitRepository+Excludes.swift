package import Model

extension GitRepository {
    /// Makes git ignore paths in this clone alone (`info/exclude`), for what the daemon keeps in the checkout.
    /// - Parameter patterns: as in `.gitignore`; those that are there already are not added again.
    package func ignore(_ patterns: [String]) throws(Failure) {
        let folder = session.commonDirectory + "/info"
        let file = folder + "/exclude"
        var text = String(decoding: try SmallFile.read(file) ?? [], as: UTF8.self)
        let present = Set(text.split(whereSeparator: \.isNewline).map(String.init))
        let missing = patterns.filter { !present.contains($0) }
        guard !missing.isEmpty else { return }
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        text += missing.map { $0 + "\n" }.joined()
        try SmallFile.makeFolder(folder)
        try SmallFile.replace(file, with: text)
    }
}
