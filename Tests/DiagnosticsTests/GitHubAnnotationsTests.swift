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

    /// What the runner reads (actions/runner, ActionCommand.TryParseV2) is what was meant, whatever stands in it.
    @Test func theRunnerReadsWhatWasMeant() throws {
        let texts = ["no", "a:b,c=d%0A", "::error::x", "100%25", "%3A", "x::y", "=,=", "a\nb\r\nc", "日本 🧨", "%"]
        for file in texts {
            for text in texts {
                var finding = Diagnostic(
                    .error, code: text, message: text, location: FileLocation(file: file, line: 7, column: 0))
                finding.notes = [.init(message: text)]
                let line = try #require(GitHubAnnotations.lines(try Self.report([finding]), root: "repos/a,b").first)
                let read = try #require(Self.read(line), "\(line)")
                func whole(_ text: String) -> String { text.replacing("\r\n", with: "\n") }
                #expect(read.name == "error" && Set(read.properties.keys) == ["file", "line", "title"], "\(line)")
                #expect(
                    read.properties["file"] == whole("repos/a,b/\(file)") && read.properties["title"] == whole(text))
                #expect(read.message == whole(text + "\n" + text), "\(line)")
            }
        }
    }

    /// As the runner does it: `::name key=value,key=value::message`, each part unescaped by itself, `%25` last.
    private static func read(_ line: String) -> (name: String, properties: [String: String], message: String)? {
        guard line.hasPrefix("::"), let end = line.dropFirst(2).firstRange(of: "::") else { return nil }
        let head = line[line.index(line.startIndex, offsetBy: 2)..<end.lowerBound]
        let name = head.prefix { $0 != " " }
        var properties: [String: String] = [:]
        for part in head.dropFirst(name.count).split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            properties[pair[0].filter { $0 != " " }] = unescaped(
                pair[1], [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")])
        }
        return (String(name), properties, unescaped(line[end.upperBound...], [("%0D", "\r"), ("%0A", "\n")]))
    }

    private static func unescaped(_ text: Substring, _ table: [(String, String)]) -> String {
        (table + [("%25", "%")]).reduce(String(text)) { $0.replacing($1.0, with: $1.1) }
    }

    /// Some tools say line 0 of what is about a whole file; the runner would refuse it.
    @Test func whatHasNoLineHasNone() throws {
        let finding = Diagnostic(.error, code: "c", message: "m", location: FileLocation(file: "a", line: 0, column: 0))
        #expect(GitHubAnnotations.lines(try Self.report([finding])) == ["::error file=a,title=c::m"])
        let nowhere = Diagnostic(.error, code: "c", message: "m", location: FileLocation(file: "", line: 3))
        #expect(GitHubAnnotations.lines(try Self.report([nowhere]), root: "x") == ["::error title=c::m"])
    }

    @Test func aFailureWithoutFindingsIsOneAllTheSame() throws {
        #expect(
            GitHubAnnotations.lines(try Self.report([])) == ["::error title=shop%3A test::2 tests failed"])
    }
}
