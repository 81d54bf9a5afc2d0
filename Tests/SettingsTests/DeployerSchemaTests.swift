import Foundation
import Model
import TestSupport
import Testing

@testable import Settings

/// The schema for editors and the parser of the daemon come from one table; here they are held against each other.
@Suite struct DeployerSchemaTests {
    static let file = "Documentation/deployer.schema.json"

    @Test func theCheckedInSchemaIsTheGeneratedOne() throws {
        if RepositoryFile.isRegenerating { try RepositoryFile.write(Self.file, DeployerSchema.text) }
        #expect(
            try RepositoryFile.text(Self.file) == DeployerSchema.text,
            "run DEPLOYER_REGENERATE=1 swift test --filter SettingsTests")
    }

    /// Files that parser and schema both take.
    static let good: [String] =
        [
            DeployerFileTests.full, "{}", "# nothing", "services: {}", "interval: 1", "interval: 1.5", "interval: 1d",
            "logs: {bytes: 2097152}", "logs: {bytes: 500 MB}", "repair: {allow: [tests, manifests]}",
            "x-y: [1, {a: b}]",
            "services: {a: {kind: x, path: a/..b/c}}", "services: {a: {kind: x, path: .}}",
            "services: {_a.b-c/D: {kind: x-1}}", "git: {user_email: a@b, user_name: A B}",
            "services: {a: {kind: x, remote: {url: 'git@h:x/y.git', branch: feature/x}}}",
        ]

    /// Files that the parser must refuse where the schema does, and which of them the schema can express.
    static let bad: [(text: String, isBeyondSchema: Bool)] =
        DeployerFileProblemsTests.cases.map { ($0.text, beyondSchema.contains($0.text)) }

    /// What JSON Schema has no words for, or the other parser's YAML 1.1 reads otherwise.
    static let beyondSchema: Set<String> = Set(
        DeployerFileProblemsTests.cases.map(\.text).filter { text in
            let parts = [
                "depends_on: [databse]", "depends_on: [a]", "depends_on: [b, a]", "group: g", ".git/x", ".deployer",
                "a[b",
                "interval: 0\n", "path: ./b/", "999999999d", "yes", "h:99999", "https://u:p@h", ".inf", "!!int",
                "interval: &x 5s",
                "timeouts: {biuld", "wram", "x-a: &x", "interval: 5s", "kind: x, kind: y", "logs: {branch",
            ]
            return parts.contains { text.contains($0) }
        })

    @Test func theParserTakesWhatItShould() {
        for text in Self.good { #expect(DeployerFileProblemsTests.problems(text).isEmpty, "\(text)") }
    }

    static let missingEngine: String? = {
        guard let python = Python.path else { return "no python3 on the PATH" }
        let modules = Python.run(python, ["-c", "import jsonschema, yaml"])
        return modules.status == 0 ? nil : "python3 has no modules jsonschema and yaml"
    }()

    @Test(.enabled(if: missingEngine == nil, "skipped: \(missingEngine ?? "")"))
    func aSecondValidatorAgreesWithTheParser() async throws {
        let python = try #require(Python.path)
        try await ScratchDirectory.with { folder in
            try DeployerSchema.text.write(toFile: "\(folder)/schema.json", atomically: true, encoding: .utf8)
            let texts = Self.good + Self.bad.map(\.text)
            for (index, text) in texts.enumerated() {
                try text.write(toFile: "\(folder)/\(index).yaml", atomically: true, encoding: .utf8)
            }
            try Self.script.write(toFile: "\(folder)/check.py", atomically: true, encoding: .utf8)
            let run = Python.run(python, ["\(folder)/check.py", folder, String(texts.count)])
            try #require(run.status == 0, "\(run.output)")
            // The exceptions are few, or this test would prove nothing.
            #expect(Self.beyondSchema.count * 3 < DeployerFileProblemsTests.cases.count)
            let verdicts = run.output.split(separator: "\n").map(String.init)
            try #require(verdicts.count == texts.count)
            for (text, verdict) in zip(texts, verdicts) {
                if Self.good.contains(text) {
                    #expect(verdict == "valid", "\(text)")
                } else if !Self.beyondSchema.contains(text) {
                    #expect(verdict != "valid", "\(text)")
                }
            }
        }
    }

    private static let script = """
        import json, sys, yaml, jsonschema
        folder, count = sys.argv[1], int(sys.argv[2])
        schema = json.load(open(folder + '/schema.json'))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for index in range(count):
            try:
                document = yaml.safe_load(open(f'{folder}/{index}.yaml', encoding='utf-8-sig'))
            except Exception as error:
                print('no yaml'); continue
            errors = list(validator.iter_errors(document))
            print('valid' if not errors else 'invalid: ' + errors[0].message.replace('\\n', ' ')[:200])
        """
}

enum Python {
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    static func run(_ python: String, _ arguments: [String]) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch { return (-1, "\(error)") }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
