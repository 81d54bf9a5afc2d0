/// Whatever finds out whether a library keeps the contract of plugins: the test harness.
package protocol PluginProving: Sendable {
    /// - Parameters:
    ///   - library: absolute path of a file that nobody else writes to.
    ///   - room: where the library's code is to be run: nobody has agreed to it yet.
    func prove(_ library: String, in room: Confinement) async -> ProofVerdict
}

/// What a harness says of a library.
package struct ProofVerdict: Hashable, Sendable, Codable {
    package struct FailedCheck: Hashable, Sendable, Codable {
        package var name: String
        /// What was expected, and what was found.
        package var message: String
        package init(name: String, message: String) {
            self.name = name
            self.message = message
        }
    }
    /// Checks that were made.
    package var checks: Int
    package var failed: [FailedCheck]

    package init(checks: Int, failed: [FailedCheck]) {
        self.checks = checks
        self.failed = failed
    }

    /// A harness that made no check has proven nothing.
    package var isProven: Bool { checks > 0 && failed.isEmpty }
}
