/// Whatever finds out whether a library keeps the contract of plugins: the test harness.
package protocol PluginProving: Sendable {
    /// - Parameter room: where the library's code is to be run: nobody has agreed to it yet.
    func prove(_ subject: ProofSubject, in room: Confinement) async -> ProofVerdict
}

/// What is to be proven.
package struct ProofSubject: Hashable, Sendable {
    /// Absolute path of the library, which nobody else writes to.
    package var library: String
    /// Absolute path of sources of its kind that it brings along.
    package var example: String?
    /// Options of the example, as JSON.
    package var options: String?
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
