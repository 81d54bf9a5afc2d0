/// One line of Swift Testing's event stream; only the members that are read. Members of both schemas (`_severity` of
/// version 0 and `severity` of 6.3) are optional, because each release adds some.
///
/// Source of the format: swift-testing, Documentation/ABI/JSON.md.
struct TestEvent: Decodable {
    struct Place: Decodable {
        var filePath: String?
        var _filePath: String?
        var line: Int?
        var column: Int?
    }
    struct Issue: Decodable {
        var isKnown: Bool?
        var isFailure: Bool?
        var severity: String?
        var _severity: String?
        var sourceLocation: Place?
    }
    struct Message: Decodable {
        var symbol: String?
        var text: String?
    }
    struct Instant: Decodable { var absolute: Double? }
    struct TestCase: Decodable { var displayName: String? }
    struct Payload: Decodable {
        var kind: String
        var id: String?
        var name: String?
        var sourceLocation: Place?
        var testID: String?
        var instant: Instant?
        var issue: Issue?
        var messages: [Message]?
        var _testCase: TestCase?
    }
    /// A number in version 0, text since.
    struct Version: Decodable {
        let isKnown: Bool
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                isKnown = number == 0
            } else {
                let text = try container.decode(String.self)
                isKnown = Int(text.prefix { $0 != "." }) == 6 || text.hasPrefix("0")
            }
        }
    }
    var kind: String
    var version: Version
    var payload: Payload
}
