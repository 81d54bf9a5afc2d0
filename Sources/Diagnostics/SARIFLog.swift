package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Findings as SARIF 2.1.0 (OASIS), which code hosts and editors read.
package enum SARIFLog {
    /// One run of one tool; UTF-8 JSON with sorted keys.
    /// - Parameter version: of the deployer.
    /// - Parameter root: folder of the service in its repository; paths in the document are relative to `SRCROOT`, the
    ///   repository's root.
    package static func document(
        _ diagnostics: [Diagnostic], version: String, revision: Revision? = nil, root: String = ""
    ) throws(Failure) -> [UInt8] {
        let rules = Set(diagnostics.map(rule)).sorted()
        let places = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($0.element, $0.offset) })
        let log = Log(
            runs: [
                Run(
                    tool: .init(
                        driver: .init(version: version, rules: rules.map { .init(id: $0) })),
                    results: diagnostics.map { result($0, places: places, root: root) },
                    properties: revision.map { ["revision": $0.hex] })
            ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(log))
        } catch {
            throw Failure(
                .init("report.encode"), "the findings cannot be written as SARIF", cause: String(describing: error))
        }
    }

    package static func document(
        _ report: FailureReport, version: String, root: String = ""
    ) throws(Failure) -> [UInt8] {
        try document(report.diagnostics, version: version, revision: report.revision, root: root)
    }

    private static func rule(_ diagnostic: Diagnostic) -> String {
        diagnostic.group.map { "\(diagnostic.code)/\($0)" } ?? diagnostic.code
    }

    private static func result(_ diagnostic: Diagnostic, places: [String: Int], root: String) -> Result {
        let rule = rule(diagnostic)
        let related = diagnostic.notes.enumerated().map { index, note in
            Location(id: index, message: .init(text: note.message), physicalLocation: physical(note.location, root))
        }
        return Result(
            ruleId: rule, ruleIndex: places[rule] ?? 0, level: level(diagnostic.severity),
            message: .init(text: diagnostic.message),
            locations: physical(diagnostic.location, root).map { [Location(physicalLocation: $0)] } ?? [],
            relatedLocations: related.isEmpty ? nil : related, fixes: fixes(diagnostic, root),
            partialFingerprints: ["codexDeployer/v1": diagnostic.fingerprint])
    }

    // SARIF 2.1.0, 3.27.10: a remark is no more than a note there.
    private static func level(_ severity: Diagnostic.Severity) -> String {
        switch severity {
        case .note, .remark: "note"
        case .warning: "warning"
        case .error, .fatal: "error"
        }
    }

    private static func physical(_ location: FileLocation?, _ root: String) -> Physical? {
        guard let location, !location.file.isEmpty else { return nil }
        return Physical(artifactLocation: artifact(location.file, root), region: region(location))
    }

    /// Tools say line 0 of what is about a whole file; in SARIF everything counts from 1 (3.30.5, 3.30.6).
    private static func region(_ location: FileLocation) -> Region? {
        guard let line = location.line, line >= 1 else { return nil }
        return Region(startLine: line, startColumn: location.column.flatMap { $0 >= 1 ? $0 : nil })
    }

    /// nil for one that no file can have.
    private static func region(_ fixIt: FixIt) -> Region? {
        let numbers = [fixIt.startLine, fixIt.startColumn, fixIt.endLine, fixIt.endColumn]
        guard numbers.allSatisfy({ $0 >= 1 }), !fixIt.file.isEmpty,
            (fixIt.startLine, fixIt.startColumn) <= (fixIt.endLine, fixIt.endColumn)
        else { return nil }
        return Region(
            startLine: fixIt.startLine, startColumn: fixIt.startColumn, endLine: fixIt.endLine,
            endColumn: fixIt.endColumn)
    }

    private static func artifact(_ file: String, _ root: String) -> Artifact {
        if file.hasPrefix("/") { return Artifact(uri: "file://" + percentEncoded(file), uriBaseId: nil) }
        let path = root.isEmpty || root == "." ? file : root + "/" + file
        return Artifact(uri: percentEncoded(path), uriBaseId: "SRCROOT")
    }

    /// One fix of all fix-its: they belong together, and are left out together.
    private static func fixes(_ diagnostic: Diagnostic, _ root: String) -> [Fix]? {
        if diagnostic.fixIts.isEmpty { return nil }
        var order: [String] = []
        var changes: [String: [Replacement]] = [:]
        for fixIt in diagnostic.fixIts {
            guard let region = region(fixIt) else { return nil }
            if changes[fixIt.file] == nil { order.append(fixIt.file) }
            changes[fixIt.file, default: []].append(
                Replacement(deletedRegion: region, insertedContent: .init(text: fixIt.replacement)))
        }
        return [
            Fix(
                artifactChanges: order.map {
                    Change(artifactLocation: artifact($0, root), replacements: changes[$0] ?? [])
                })
        ]
    }

    // RFC 3986, 2.3: unreserved characters and the slash stay.
    private static func percentEncoded(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            if byte.isLetter || byte.isDigit || [0x2D, 0x2E, 0x5F, 0x7E, 0x2F].contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }

    // MARK: The document's own shape

    private struct Log: Encodable {
        var schema = "https://json.schemastore.org/sarif-2.1.0.json"
        var version = "2.1.0"
        var runs: [Run]
        enum CodingKeys: String, CodingKey {
            case schema = "$schema"
            case version, runs
        }
    }
    private struct Run: Encodable {
        var tool: Tool
        // Columns are counted in UTF-8 bytes here, which SARIF has no word for; both of its words agree with it for
        // ASCII, and this one is what the consumers assume.
        var columnKind = "utf16CodeUnits"
        var results: [Result]
        var properties: [String: String]?
    }
    private struct Tool: Encodable { var driver: Driver }
    private struct Driver: Encodable {
        var name = "codex-deployer"
        var version: String
        var rules: [Rule]
    }
    private struct Rule: Encodable { var id: String }
    private struct Text: Encodable { var text: String }
    private struct Result: Encodable {
        var ruleId: String
        var ruleIndex: Int
        var level: String
        var message: Text
        var locations: [Location]
        var relatedLocations: [Location]?
        var fixes: [Fix]?
        var partialFingerprints: [String: String]
    }
    private struct Location: Encodable {
        var id: Int?
        var message: Text?
        var physicalLocation: Physical?
    }
    private struct Physical: Encodable {
        var artifactLocation: Artifact
        var region: Region?
    }
    private struct Artifact: Encodable {
        var uri: String
        var uriBaseId: String?
    }
    private struct Region: Encodable {
        var startLine: Int
        var startColumn: Int?
        var endLine: Int?
        var endColumn: Int?
    }
    private struct Fix: Encodable { var artifactChanges: [Change] }
    private struct Change: Encodable {
        var artifactLocation: Artifact
        var replacements: [Replacement]
    }
    private struct Replacement: Encodable {
        var deletedRegion: Region
        var insertedContent: Text
    }
}
