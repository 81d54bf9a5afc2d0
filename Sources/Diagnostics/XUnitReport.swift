package import Model

/// Reads `swift test --xunit-output` (XCTest with `--parallel`; Swift Testing writes a file of its own beside it).
package enum XUnitReport {
    /// - Throws: `Failure` with code `xunit.damaged` for anything that is no xUnit document.
    package static func parse(
        _ bytes: [UInt8], framework: String, paths: PathMapper, stage: Stage? = nil
    ) throws(Failure) -> TestRun { TestRun() }
}
