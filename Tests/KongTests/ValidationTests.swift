import Documents
import Foundation
import KongLogic
import PluginKit
import TestSupport
import Testing

/// Files are judged with line and column, and as decK judges them where that is right.
@Suite struct ValidationTests {
    static func findings(_ text: String, _ name: String = "kong.yaml") -> [Finding] {
        do throws(DocumentProblems) {
            return FileCheck.findings(in: try DeclarativeFile(name: name, bytes: Array(text.utf8)))
        } catch {
            return error.problems.map { Finding("kong.syntax", $0.message, at: $0.position) }
        }
    }

    private static func errors(_ text: String) -> [String] {
        findings(text).filter(\.isError).map { "\($0.position?.line ?? 0):\($0.position?.column ?? 0) \($0.code)" }
    }

    @Test(arguments: Corpus.all) func everythingWrongIsFoundAtItsPlaceAndNothingElse(_ file: CorpusFile) {
        let found = Self.errors(file.text)
        #expect(found.sorted() == file.errors.sorted(), "\(Self.findings(file.text).map(\.message))")
    }

    @Test(
        "deck validate agrees, or the page says why ours is right",
        .enabled(if: deck != nil, "needs decK (package deck)"),
        arguments: Corpus.all)
    func deckAgrees(_ file: CorpusFile) async throws {
        try await ScratchDirectory.with { folder in
            let path = "\(folder)/kong.yaml"
            try Data(file.text.utf8).write(to: URL(fileURLWithPath: path))
            let result = try PeerCommand.run(
                ["deck", "validate", "-s", path],
                environment: ["DECK_HOST": "h", "HOME": folder, "DECK_ANALYTICS": "off"])
            let agrees = (result.status == 0) == file.errors.isEmpty
            #expect(agrees == (file.otherwise == nil), "deck says \(result.status): \(result.text)")
        }
    }

    @Test func everyDisagreementHasItsRowInThePage() throws {
        let page = try String(contentsOf: Repository.root.appending(path: "Documentation/Kong.md"), encoding: .utf8)
        for reason in CorpusFile.Otherwise.allCases {
            #expect(page.contains(reason.rawValue), "\(reason)")
            #expect(Corpus.all.contains { $0.otherwise == reason }, "\(reason) has no file any more")
        }
    }

    static let deck = PeerCommand.path(of: "deck")

    @Test func misspeltNamesAreMendedByAFixIt() throws {
        let text =
            "_format_version: \"3.0\"\nservices:\n- name: shop\n  hsot: b\n  protocol: htps\nplugins:\n- name: cors\n  service: shpo\n"
        let fixes = Self.findings(text).compactMap(\.correction)
        #expect(fixes.contains(.init("hsot", "host")))
        #expect(fixes.contains(.init("htps", "https")))
        #expect(fixes.contains(.init("shpo", "shop")))
        let diagnostic = try #require(Self.findings(text).first { $0.code == "kong.unknown" }).diagnostic(
            in: "kong.yaml")
        let fix = try #require(diagnostic.fixIts.first)
        #expect(
            (fix.startLine, fix.startColumn, fix.endLine, fix.endColumn) == (4, 3, 4, 7) && fix.replacement == "host")
    }

    @Test func regularExpressionWithoutItsTildeIsAWarningSinceThree() {
        let text =
            "_format_version: \"3.0\"\nservices:\n- name: a\n  host: b\n  routes:\n  - name: r\n    paths: ['/a/\\d+']\n"
        #expect(Self.findings(text).map(\.code) == ["kong.path"])
        #expect(Self.findings(text.replacing("3.0", with: "2.1")).isEmpty)
    }

    @Test func secretsAreNotRepeated() {
        let text =
            "_format_version: \"3.0\"\nconsumers:\n- username: a\n  basicauth_credentials:\n  - username: a\n    password: 123456789\n"
        let found = Self.findings(text)
        #expect(found.count == 1 && !"\(found.map(\.message))".contains("123456789"))
    }

    @Test func syntaxErrorsHaveTheirPlaceInYAMLAndJSON() {
        let yaml = Self.findings("_format_version: \"3.0\"\nservices:\n  - name: a\n host: b\n")
        #expect(yaml.first?.position?.line == 4 && yaml.first?.code == "kong.syntax", "\(yaml)")
        let json = Self.findings("{\"_format_version\": \"3.0\",\n \"services\": [}\n", "kong.json")
        #expect(json.first?.position?.line == 2 && json.first?.code == "kong.syntax", "\(json)")
    }

    @Test func noFileHoweverStrangeDoesHarm() {
        var random = SystemRandomNumberGenerator()
        let pieces = Corpus.all.map(\.text).joined().split(separator: "\n").map(String.init)
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            _ = Self.findings(text.joined(separator: "\n"))
        }
        for text in [
            "", "\0", "\u{FEFF}", "[", "a: &a [*a]", "? [a]\n: b", "!!binary x", "{}", "null", "3.0",
            "_format_version:",
        ] {
            _ = Self.findings(text)
        }
    }

    @Test func thousandsOfEntitiesAreJudgedInNoTime() {
        var text = "_format_version: \"3.0\"\nservices:\n"
        for number in 0..<2000 {
            text +=
                "- name: s\(number)\n  host: h\(number)\n  routes:\n  - name: r\(number)\n    paths: [/p\(number)]\n"
        }
        func spent() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = spent()
        #expect(Self.findings(text).isEmpty)
        #expect(spent() - start < 20, "CPU seconds for 10,000 lines in a debug build")
    }
}

enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
