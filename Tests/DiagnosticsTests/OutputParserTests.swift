import Diagnostics
import Model
import Testing

/// What no recorded run shows: forms of other platforms and releases, order, limits.
@Suite struct OutputParserTests {
    private func parse(
        _ text: String, _ termination: ToolTermination? = nil, limit: Int = 2000
    ) -> SwiftOutputParser {
        var parser = SwiftOutputParser(
            paths: PathMapper(sourceDirectory: "/srv/deploy/repos/x"), stage: .build, limit: limit)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            _ = parser.consume(line: line, from: .stdout)
        }
        _ = parser.finish(termination)
        return parser
    }

    @Test func aLineOfSourceThatLooksLikeAnErrorIsNone() {
        let found = parse(
            """
            /srv/deploy/repos/x/Sources/a.swift:2:1: error: expected expression
            error: Error,
            ^
            /srv/deploy/repos/x/Sources/a.swift:3:1: warning: unused
            warning: Int,
            ~~~~~~~^
            """
        ).diagnostics
        #expect(found.map(\.message) == ["expected expression", "unused"])
    }

    @Test func anErrorAfterAFindingWithoutSourceIsNotLost() {
        let found = parse("schema.json:4:2: error: unexpected token\nerror: no such module 'X'").diagnostics
        #expect(found.map(\.message) == ["unexpected token", "no such module 'X'"])
    }

    @Test func macOSNamesTestsWithBrackets() {
        let parser = parse(
            """
            Test Case '-[AppTests.RouteTests testEqual]' started.
            /srv/deploy/repos/x/Tests/a.swift:5: error: -[AppTests.RouteTests testEqual] : XCTAssertTrue failed
            Test Case '-[AppTests.RouteTests testEqual]' failed (0.002 seconds).
            """)
        #expect(parser.diagnostics.map(\.message) == ["AppTests.RouteTests.testEqual: XCTAssertTrue failed"])
        let test = parser.testReport?.suites.first
        #expect(test?.name == "AppTests.RouteTests")
        #expect(test?.cases.first?.duration == 0.002)
        #expect(test?.cases.first?.failures.first?.location?.file == "Tests/a.swift")
    }

    @Test func durationsOfXCTestAreRead() {
        let report = Fixture.named("xctest-failure").console().testReport
        let later = report?.suites.flatMap(\.cases).first { $0.name == "testLater" }
        #expect(later.map { $0.duration > 0.04 && $0.duration < 1 } == true)
    }

    @Test func binutilsAndSwiftSymbolsAreUnderstood() {
        let found = parse(
            """
            /usr/bin/ld: /tmp/a.o: in function `main':
            /srv/deploy/repos/x/Sources/C/a.c:7: undefined reference to `missing'
            ld.lld: error: undefined symbol: $s4Core4loadSiyF
            >>> referenced by main.swift:3 (/srv/deploy/repos/x/Sources/App/main.swift:3)
            """
        ).diagnostics
        #expect(
            found.map(\.message) == ["undefined reference to `missing'", "undefined symbol: Core.load() -> Swift.Int"])
        #expect(found.map(\.location?.description) == ["Sources/C/a.c:7", "Sources/App/main.swift:3"])
        #expect(found.allSatisfy { $0.code == "swift.link" })
    }

    @Test func aCrashedCompilerSaysWhatItWasDoing() throws {
        let found = parse(
            """
            error: compile command failed due to signal 11 (use -v to see invocation)
            Please submit a bug report (https://swift.org/contributing/#reporting-bugs) and include the crash backtrace.
            Stack dump:
            0.\tProgram arguments: /usr/bin/swift-frontend -frontend -c
            1.\tSwift version 6.3.1
            2.\tCompiling with the current language version
            3.\tWhile evaluating request TypeCheckSourceFileRequest(source_file "/srv/deploy/repos/x/Sources/a.swift")
            4.\tWhile type-checking 'f()' (at /srv/deploy/repos/x/Sources/a.swift:7:1)
            5.\tWhile type-checking statement at [/srv/deploy/repos/x/Sources/a.swift:8:5 - line:9:20]
             #0 0x0000562877c82738 llvm::sys::PrintStackTrace(llvm::raw_ostream&, int)
            [5/6] Linking x
            """
        ).diagnostics
        let crash = try #require(found.first)
        #expect(found.count == 1)
        #expect(crash.code == "swift.compiler-crash" && crash.severity == .fatal)
        #expect(crash.message.contains("signal 11 (segmentation fault)"))
        #expect(crash.location?.description == "Sources/a.swift:7:1")
        #expect(crash.notes.count == 3)
    }

    @Test func aCrashOnOneStreamEndsTheTestOfTheOther() {
        var parser = SwiftOutputParser(paths: PathMapper(sourceDirectory: "/srv/deploy/repos/x"))
        _ = parser.consume(line: "Test Case 'A.testX' started at 1", from: .stdout)
        _ = parser.consume(line: "App/a.swift:3: Fatal error: no", from: .stderr)
        _ = parser.finish(.signalled(number: 4))
        #expect(parser.testReport?.suites.first?.cases.map(\.result) == [.failed])
        #expect(parser.testReport?.suites.first?.cases.first?.failures.map(\.message) == ["Fatal error: no"])
        #expect(parser.diagnostics.map(\.code) == ["runtime.crash"])
        #expect(parser.crashReason == "Fatal error: no")
    }

    @Test func aTestProcessThatDiedWithoutAWordIsACrash() {
        let parser = parse(
            """
            Test Case 'A.testX' started at 1
            error: Exited with unexpected signal code 9
            """, .exited(code: 1))
        #expect(parser.diagnostics.map(\.code) == ["runtime.crash"])
        #expect(parser.diagnostics[0].message.contains("signal 9"))
        #expect(parser.testReport?.count(.failed) == 1)
    }

    @Test(arguments: [
        (ToolTermination.exited(code: 3), "tool.failed"), (.signalled(number: 9), "swift.killed"),
        (.timedOut, "tool.failed"),
    ]) func aFailureThatNothingExplainsIsReportedWithTheLastLines(_ how: ToolTermination, _ code: String) {
        let found = parse("something odd\nand odder", how).diagnostics
        #expect(found.map(\.code) == [code])
        #expect(found[0].detail == "something odd\nand odder")
        #expect(found[0].isError)
    }

    @Test func successWithoutWordsIsSuccess() {
        #expect(parse("all well", .exited(code: 0)).diagnostics.isEmpty)
    }

    @Test func warningsDoNotCrowdOutErrors() {
        let lines = (1...50).map { "/srv/deploy/repos/x/a.swift:\($0):1: warning: w\($0)" }
        let parser = parse((lines + ["/srv/deploy/repos/x/a.swift:99:1: error: e"]).joined(separator: "\n"), limit: 20)
        #expect(parser.diagnostics.count == 11)
        #expect(parser.diagnostics.last?.message == "e")
        #expect(parser.omitted == 40)
    }

    @Test func hostileTextIsScrubbedAndTestsInProgramOutputAreNot() {
        let found = parse("/srv/deploy/repos/x/a.swift:1:1: \u{1B}[31merror: \u{202E}evil\u{200B}\u{1B}[0m").diagnostics
        #expect(found.map(\.message) == ["evil"])
    }

    @Test func columnsOfNotesInSnippetsCountBytes() {
        let found = parse(
            """
            /srv/deploy/repos/x/a.swift:2:5: error: no exact matches
            1 | let ä = f()
              |         `- note: found this candidate
            2 |     g()
              |     `- error: no exact matches
            """
        ).diagnostics
        #expect(found.first?.notes.map(\.location?.description) == ["a.swift:1:10"])
    }

    @Test func everyDiagnosticCarriesItsStage() {
        #expect(parse("error: x\n/a/b.swift:1:1: error: y").diagnostics.allSatisfy { $0.stage == .build })
    }
}

/// The default style at its most crowded: an error in a macro's expansion, drawn inside the snippet of its origin.
@Suite struct MacroExpansionOutputTests {
    @Test func theOriginIsThePlaceAndTheFrameGivesNotes() throws {
        let text = """
            macro expansion #expect:2:3: error: call can throw, but it is not marked with 'try'
            `- /srv/deploy/repos/x/Tests/T/a.swift:18:71: note: expanded code originates here
             16 |                 _ = f()
             18 |                 #expect(found.contains(where: \\.isError))
                |                 |- note: in expansion of macro 'expect' here
                |                 `- note: in expansion of macro 'expect' here
                +--- macro expansion #expect ---------------------------------------
                |1 | Testing.__checkFunctionCall(found.self,calling: {
                |2 |   $0.contains(where: $1)
                |  |   |                  `- note: call is to 'rethrows' function, but argument function can throw
                |  |   `- error: call can throw, but it is not marked with 'try'
                +-------------------------------------------------------------------
             19 |             }
            """
        var parser = SwiftOutputParser(paths: PathMapper(sourceDirectory: "/srv/deploy/repos/x"))
        for line in text.split(separator: "\n") { _ = parser.consume(line: line, from: .stdout) }
        let found = parser.finish()
        let error = try #require(found.first)
        #expect(found.count == 1)
        #expect(error.code == "swift.macro")
        #expect(error.location?.description == "Tests/T/a.swift:18:71")
        #expect(
            error.notes.map(\.message) == [
                "in line 2 of what #expect expands to", "in expansion of macro 'expect' here",
                "call is to 'rethrows' function, but argument function can throw",
            ])
        #expect(error.notes.map(\.location?.description) == [nil, "Tests/T/a.swift:18:17", "Tests/T/a.swift:18"])
    }
}
