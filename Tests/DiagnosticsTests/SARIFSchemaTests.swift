import Foundation
import Model
import TestSupport
import Testing

@testable import Diagnostics

/// What we write as SARIF, as a validator that is not ours reads it with the official schema.
@Suite struct SARIFSchemaTests {
    static let missing = SchemaCheck.sarifAbsence

    /// Findings as no compiler should make them, and plugins may.
    private static func diagnostics(_ random: inout SeededRandom) -> [Diagnostic] {
        let files = [
            "Sources/App/main.swift", "a b.swift", "<unknown>", "", "/usr/include/x.h", "../outside.swift",
            "C:/x.swift", "a#b?c.swift",
            "日本.swift", "a\nb.swift", "50%.swift", "a\\b.swift", "//host/share",
        ]
        let lines: [Int?] = [nil, 0, -1, 1, 12, .max]
        let texts = ["", "no", "a\u{0}b\u{1B}[31m", "🧨\n", String(repeating: "x", count: 2000), "{0} [a](1)"]
        func location() -> FileLocation? {
            guard Int.random(in: 0..<5, using: &random) > 0 else { return nil }
            return FileLocation(
                file: files.randomElement(using: &random) ?? "", line: lines.randomElement(using: &random) ?? nil,
                column: lines.randomElement(using: &random) ?? nil)
        }
        func number() -> Int { (lines.randomElement(using: &random) ?? nil) ?? 3 }
        return (0..<Int.random(in: 0..<5, using: &random)).map { _ in
            let severities: [Diagnostic.Severity] = [.note, .remark, .warning, .error, .fatal]
            var finding = Diagnostic(
                severities.randomElement(using: &random) ?? .error, code: texts.randomElement(using: &random) ?? "",
                message: texts.randomElement(using: &random) ?? "", location: location())
            finding.group = Bool.random(using: &random) ? "Group" : nil
            finding.notes = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                .init(message: texts.randomElement(using: &random) ?? "", location: location())
            }
            finding.fixIts = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                FixIt(
                    file: files.randomElement(using: &random) ?? "", startLine: number(), startColumn: number(),
                    endLine: number(), endColumn: number(), replacement: texts.randomElement(using: &random) ?? "")
            }
            return finding
        }
    }

    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func whateverIsFoundIsAValidDocument() throws {
        var random = SeededRandom(seed: 20_260_728)
        let revision = Revision(String(repeating: "c", count: 40))
        let roots = ["", ".", "repos/shop", "repos/my shop", "a:b"]
        let found = (0..<400).map { _ in Self.diagnostics(&random) }
        let documents = try found.enumerated().map { index, diagnostics in
            let bytes = try SARIFLog.document(
                diagnostics, version: "1.0", revision: index % 2 == 0 ? revision : nil, root: roots[index % roots.count]
            )
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(found.contains { $0.isEmpty } && found.contains { $0.count == 4 })
        #expect(documents.contains { $0.contains(#""fixes""#) } && documents.contains { $0.contains(#""region""#) })
        let problems = try SchemaCheck.problems(documents, schema: try #require(SchemaCheck.sarif))
        #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(20).joined(separator: "\n"))")
        for document in documents { try Self.checkBeyondTheSchema(document) }
    }

    /// What the schema of the first edition did not say, and its errata and the text do.
    private static func checkBeyondTheSchema(_ document: String) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(document.utf8))
        func visit(_ value: JSONValue, _ name: String) {
            switch value {
            case .array(let elements): for element in elements { visit(element, name) }
            case .object(let members):
                if name == "region" || name == "deletedRegion" {
                    // errata 01: a region says where it begins.
                    #expect(members["startLine"] != nil, "\(members)")
                    if case .integer(let first)? = members["startLine"], case .integer(let last)? = members["endLine"] {
                        // 3.30.7: a region does not end before it begins.
                        #expect(first <= last, "\(members)")
                    }
                }
                for (name, member) in members { visit(member, name) }
            default: break
            }
        }
        visit(value, "")
    }

    /// A check that cannot fail would prove nothing.
    @Test(.enabled(if: missing == nil, "skipped: \(missing ?? "")"))
    func theValidatorFindsWhatIsWrong() throws {
        let right = #"{"version":"2.1.0","runs":[]}"#
        let wrong = [
            #"{"version":"2.0.0","runs":[]}"#, #"{"runs":[]}"#,
            #"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{}}]}]}"#,
            #"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a b"},"region":{"startLine":0}}}]}]}]}"#,
        ]
        let problems = try SchemaCheck.problems([right] + wrong, schema: try #require(SchemaCheck.sarif))
        #expect(Set(problems.compactMap { Int($0.prefix { $0 != ":" }) }) == [2, 3, 4, 5])
        #expect(
            problems.contains { $0.contains("uri") } && problems.contains { $0.contains("startLine") }, "\(problems)")
    }
}
