import Model
import Testing

@testable import Diagnostics

@Suite struct GitHubAnnotationsTests {
    private static func report(_ findings: [Diagnostic]) throws -> FailureReport {
        let service = try #require(ServiceName("shop"))
        let revision = try #require(Revision(String(repeating: "c", count: 40)))
        var outcome = StageOutcome(stage: .test, status: .failed, summary: "2 tests failed")
        outcome.diagnostics = findings
        return try #require(
            ReportBuilder().report(
                [outcome], context: .init(service: service, revision: revision), source: { _ in nil }))
    }

    @Test func findingsBecomeCommandsWithTheirPlaces() throws {
        var finding = Diagnostic(
            .error, code: "swift.compile", message: "cannot find 'x'",
            location: FileLocation(file: "Sources/App/a,b:c.swift", line: 3, column: 5))
        finding.notes = [.init(message: "100% sure", location: FileLocation(file: "b.swift", line: 1))]
        let outside = Diagnostic(.warning, code: "c", message: "old", location: FileLocation(file: "/usr/include/x.h"))
        let lines = GitHubAnnotations.lines(try Self.report([outside, finding]), root: "repos/shop")
        #expect(
            lines == [
                "::error file=repos/shop/Sources/App/a%2Cb%3Ac.swift,line=3,col=5,title=swift.compile::cannot find 'x'%0Ab.swift:1: 100%25 sure",
                "::warning file=/usr/include/x.h,title=c::old",
            ])
    }

    /// What a compiler can be made to print must not be obeyed by the runner.
    @Test func noMessageBecomesACommandOfItsOwn() throws {
        let hostile = "x\n::set-output name=a::b\r\n::add-path::/evil\u{2028}::stop-commands::y"
        let finding = Diagnostic(
            .error, code: "a\n::error::", message: hostile, location: FileLocation(file: "a\n::debug::x", line: 1))
        for line in GitHubAnnotations.lines(try Self.report([finding])) {
            #expect(!line.contains { $0.isNewline })
            #expect(line.hasPrefix("::error file="))
        }
    }

    @Test func aFailureWithoutFindingsIsOneAllTheSame() throws {
        #expect(
            GitHubAnnotations.lines(try Self.report([])) == ["::error title=shop%3A test::2 tests failed"])
    }
}
