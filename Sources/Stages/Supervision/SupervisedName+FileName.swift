import Model

extension SupervisedName {
    /// Reads `fileName` back; nil for what no service is called.
    package init?(fileName: String) {
        let parts = fileName.split(separator: "@", omittingEmptySubsequences: false)
        let text = parts[0].split(separator: "+", omittingEmptySubsequences: false).joined(separator: "/")
        guard parts.count <= 2, let service = ServiceName(text) else { return nil }
        self.init(service, part: parts.count == 2 ? String(parts[1]) : "")
        guard self.fileName == fileName else { return nil }
    }
}
