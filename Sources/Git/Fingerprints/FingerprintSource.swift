/// What the content of one service is made of.
package struct FingerprintSource: Hashable, Sendable {
    /// Folder relative to the root of the repository; "" is the root.
    package var path: String
    /// Globs relative to the root of the repository.
    package var inputs: [String]
    package init(path: String, inputs: [String] = []) {
        self.path = path
        self.inputs = inputs
    }
}
