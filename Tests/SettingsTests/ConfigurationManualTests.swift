import Foundation
import Testing

@testable import Settings

@Suite struct ConfigurationManualTests {
    static let file = "Documentation/Configuration.md"

    /// What stands between the markers.
    static func section(_ marker: String, of text: String) -> String? {
        guard let begin = text.range(of: "\(marker)\n"),
            let end = text.range(of: ConfigurationManual.end, range: begin.upperBound..<text.endIndex)
        else { return nil }
        return String(text[begin.upperBound..<end.lowerBound])
    }

    /// One after the other: all of them write the same file when it is made anew.
    @Test(
        .serialized,
        arguments: [
            (ConfigurationManual.settingsBegin, ConfigurationManual.settings),
            (ConfigurationManual.servicesBegin, ConfigurationManual.services),
            (ConfigurationManual.pluginsBegin, ConfigurationManual.plugins),
        ]) func theManualsTablesAreTheGeneratedOnes(marker: String, generated: String) throws
    {
        var text = try RepositoryFile.text(Self.file)
        if RepositoryFile.isRegenerating, let old = Self.section(marker, of: text) {
            text = text.replacingOccurrences(of: "\(marker)\n\(old)", with: "\(marker)\n\(generated)")
            try RepositoryFile.write(Self.file, text)
        }
        #expect(
            Self.section(marker, of: text) == generated, "run DEPLOYER_REGENERATE=1 swift test --filter SettingsTests")
    }

    /// The examples that people copy.
    @Test func theManualsExamplesAreRight() throws {
        let parts = try RepositoryFile.text(Self.file).components(separatedBy: "```")
        let examples = parts.filter { $0.hasPrefix("yaml\n") }.map { String($0.dropFirst(5)) }
        #expect(examples.count >= 2)
        for example in examples { #expect(DeployerFileProblemsTests.problems(example).isEmpty, "\(example)") }
        let variables = parts.filter { $0.hasPrefix("sh\nGIT") || $0.hasPrefix("sh\n#") }.map {
            String($0.dropFirst(3))
        }
        #expect(!variables.isEmpty)
        for example in variables {
            _ = try SettingsResolver(environmentFile: EnvironmentFile.parse(Array(example.utf8))).resolve()
        }
    }
}
