import Diagnostics
import Model
import TestSupport
import Testing

@Suite struct DiagnosticSetTests {
    private func finding(
        _ message: String, _ severity: Diagnostic.Severity = .error, file: String? = "Sources/a.swift", line: Int = 1,
        code: String = "swift.compile"
    ) -> Diagnostic {
        Diagnostic(severity, code: code, message: message, location: file.map { FileLocation(file: $0, line: line) })
    }

    @Test(arguments: [
        ("Exceeded timeout of 0.05 seconds", "Exceeded timeout of 1.25 seconds"),
        ("fault at 0x00007fda", "fault at 0x1b"),
        ("(\"1\") is not equal to (\"2\")", "(\"17\") is not equal to (\"204\")"),
        ("couldn't build /srv/a/App.build/x.o because", "couldn't build /tmp/other/App.build/x.o because"),
    ]) func numbersAddressesAndFoldersDoNotTellFindingsApart(_ left: String, _ right: String) {
        #expect(finding(left).fingerprint == finding(right).fingerprint)
    }

    @Test(arguments: [
        ("cannot find 'x1' in scope", "cannot find 'x2' in scope"),
        ("no member 'utf8'", "no member 'utf16'"),
        ("missing x.o", "missing y.o"),
        ("/srv/a/x.swift is bad", "/srv/a/y.swift is bad"),
    ]) func namesDo(_ left: String, _ right: String) {
        #expect(finding(left).fingerprint != finding(right).fingerprint)
    }

    @Test func fileAndCodeCountAndLineSeverityAndStageDoNot() {
        let base = finding("x")
        #expect(base.fingerprint == finding("x", .warning, line: 99).fingerprint)
        #expect(base.fingerprint != finding("x", file: "Sources/b.swift").fingerprint)
        #expect(base.fingerprint != finding("x", file: nil).fingerprint)
        #expect(base.fingerprint != finding("x", code: "swift.link").fingerprint)
    }

    /// The journal keeps fingerprints over restarts and upgrades.
    @Test func fingerprintsNeverChange() {
        #expect(finding("cannot find 'x' in scope").fingerprint.count == 16)
        #expect(finding("cannot find 'x' in scope").fingerprint == "23a25488fcf62481")
    }

    @Test func comparisonCountsFindingsThatLookAlike() {
        let old = DiagnosticSet([finding("a", line: 1), finding("a", line: 5), finding("b")])
        let new = DiagnosticSet([finding("a", line: 7), finding("c")])
        let result = DiagnosticSet.compare(from: old, to: new)
        #expect(result.fixed.map(\.message) == ["a", "b"])
        #expect(result.introduced.map(\.message) == ["c"])
        #expect(result.remaining.map(\.location?.line) == [7])
    }

    @Test func aWarningThatBecameAnErrorIsIntroduced() {
        let result = DiagnosticSet.compare(
            from: DiagnosticSet([finding("a", .warning)]), to: DiagnosticSet([finding("a", .error)]))
        #expect(result.introduced.count == 1 && result.fixed.count == 1 && result.remaining.isEmpty)
    }

    @Test func comparisonAccountsForEveryFindingOfBothSets() {
        var random = SeededRandom(seed: 42)
        for _ in 0..<200 {
            func some() -> [Diagnostic] {
                (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    finding(
                        ["a", "b", "c"].randomElement(using: &random) ?? "a",
                        Bool.random(using: &random) ? .error : .warning, line: Int.random(in: 1...9, using: &random))
                }
            }
            let (old, new) = (some(), some())
            let result = DiagnosticSet.compare(from: DiagnosticSet(old), to: DiagnosticSet(new))
            #expect(result.fixed.count + result.remaining.count == old.count)
            #expect(result.introduced.count + result.remaining.count == new.count)
            let back = DiagnosticSet.compare(from: DiagnosticSet(new), to: DiagnosticSet(old))
            #expect(back.fixed.count == result.introduced.count && back.introduced.count == result.fixed.count)
            let same = DiagnosticSet.compare(from: DiagnosticSet(old), to: DiagnosticSet(old.reversed()))
            #expect(same.fixed.isEmpty && same.introduced.isEmpty)
            #expect(DiagnosticSet(old).fingerprint == DiagnosticSet(old.shuffled(using: &random)).fingerprint)
        }
    }

    @Test func aSetIsNamedByItsErrors() {
        let errors = [finding("a"), finding("b")]
        let noisy = DiagnosticSet(errors + [finding("w", .warning)])
        #expect(noisy.fingerprint == DiagnosticSet(errors).fingerprint)
        #expect(noisy.fingerprint != DiagnosticSet([errors[0]]).fingerprint)
    }
}
