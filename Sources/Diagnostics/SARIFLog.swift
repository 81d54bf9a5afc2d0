package import Model

/// Findings as SARIF 2.1.0 (OASIS), which code hosts and editors read.
package enum SARIFLog {
    /// One run of one tool; UTF-8 JSON with sorted keys.
    /// - Parameter version: of the deployer.
    package static func document(_ diagnostics: [Diagnostic], version: String, revision: Revision? = nil) -> [UInt8] {
        []
    }
    package static func document(_ report: FailureReport, version: String) -> [UInt8] { [] }
}
