import Documents
import Testing

@Suite struct JSONParserTests {
    static func read(_ text: String) throws -> DocumentReading { try DocumentReader.json(Array(text.utf8)) }

    @Test func everyValueAndKeyHasItsPlace() throws {
        let text = "{\n  \"name\": \"books\",\r\n  \"ü\": [1, {\"x\": null}]\n}"
        let root = try #require(try Self.read(text).root)
        #expect(root.position == .init(line: 1, column: 1))
        #expect(root.entries?.map(\.position) == [.init(line: 2, column: 3), .init(line: 3, column: 3)])
        #expect(root["name"]?.position == .init(line: 2, column: 11))
        #expect(root["ü"]?.items?[0].position == .init(line: 3, column: 9))
        #expect(root["ü"]?.items?[1]["x"]?.position == .init(line: 3, column: 18))
        #expect(root["ü"]?.items?[1]["x"]?.scalar == .null)
    }

    @Test(arguments: [
        ("\"a\\u00e9\\ud83d\\ude00\\n\\/\"", DocumentScalar.text("aé😀\n/")), ("-0.5e3", .number(-500)),
        ("12", .integer(12)), ("true", .boolean(true)), ("null", .null), ("\"true\"", .text("true")),
        ("\"12\"", .text("12")),
    ]) func scalarsMeanWhatTheySay(text: String, expected: DocumentScalar) throws {
        #expect(try Self.read(text).root?.scalar == expected)
    }

    @Test(arguments: ["", "  \n\t"]) func aFileWithoutAValueHasNoRoot(text: String) throws {
        #expect(try Self.read(text).root == nil)
    }

    @Test func aKeyThatStandsThereTwiceIsNamedWithBothPlaces() throws {
        let reading = try Self.read("{\"a\": 1,\n \"a\": 2}")
        #expect(reading.problems.map(\.position) == [.init(line: 2, column: 2)])
        #expect(reading.problems.first?.message == "the key 'a' stands there twice; the first is in line 1")
        #expect(reading.root?["a"]?.scalar == .integer(1))
    }

    @Test(
        arguments: [
            ("{\"a\": 1,}", 1, 9, "remove the comma before it"), ("{'a': 1}", 1, 2, "JSON has double quotes only"),
            ("// x\n{}", 1, 1, "JSON has no comments"), ("[1 2]", 1, 4, nil),
            ("{} {}", 1, 4, "a JSON file holds one value"),
            ("[01]", 1, 4, nil), ("\"a\nb\"", 1, 3, "write it as an escape: \\n, \\t"),
            ("\"\\x\"", 1, 3, "write '\\\\' for it"),
            ("\"\\ud800\"", 1, 8, nil), ("[", 1, 2, nil), ("{\"a\"}", 1, 5, nil), ("\n  \"abc", 2, 3, nil),
            ("tru", 1, 1, nil), ("1.", 1, 3, nil), ("1e+", 1, 4, nil), ("-", 1, 2, nil),
        ] as [(String, Int, Int, String?)]) func whatIsNoJSONIsOneErrorWithAPlace(
            text: String, line: Int, column: Int, suggestion: String?
        ) throws
    {
        let error = try #require(throws: DocumentProblems.self) { try Self.read(text) }
        #expect(error.problems.count == 1)
        #expect(error.problems.first?.position == .init(line: line, column: column))
        #expect(error.problems.first?.suggestion == suggestion)
        #expect(error.problems.first?.message.hasPrefix("this is no JSON: ") == true)
    }

    @Test(.timeLimit(.minutes(1))) func deepAndLargeFilesEndSoon() throws {
        let deep = String(repeating: "[", count: 1_000_000)
        let nested = try #require(throws: DocumentProblems.self) { try Self.read(deep) }
        #expect(nested.problems.first?.message == "values are nested more than 64 deep")
        let large = "[" + String(repeating: "1,", count: 300_000) + "1]"
        #expect(try Self.read(large).root?.items?.count == 300_001)
        #expect(throws: DocumentProblems.self) { try DocumentReader.json(Array(large.utf8), limit: 1000) }
    }

    @Test func bytesThatAreNoTextAreShown() throws {
        let error = try #require(throws: DocumentProblems.self) { try DocumentReader.json([0x5B, 0x0A, 0x22, 0xFF]) }
        #expect(error.problems.first?.position == .init(line: 2, column: 2))
        #expect(try DocumentReader.json([0xEF, 0xBB, 0xBF, 0x31]).root?.scalar == .integer(1))
    }
}
