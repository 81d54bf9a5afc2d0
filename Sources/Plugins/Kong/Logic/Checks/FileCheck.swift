import Documents
import PluginKit

/// Judges a declarative file as a whole: everything that is wrong with it, in the order of the file.
package struct FileCheck {
    private let file: DeclarativeFile
    private var findings: [Finding] = []

    /// - Returns: empty for a file that is good.
    package static func findings(in file: DeclarativeFile) -> [Finding] {
        var check = FileCheck(file)
        check.run()
        return check.findings.enumerated().sorted { left, right in
            let places = (left.element.position, right.element.position)
            guard let first = places.0 else { return places.1 != nil || left.offset < right.offset }
            guard let second = places.1 else { return false }
            return (first.line, first.column, left.offset) < (second.line, second.column, right.offset)
        }.map(\.element)
    }

    private init(_ file: DeclarativeFile) { self.file = file }

    private mutating func run() {
        findings = file.problems.map { problem in
            Finding("kong.syntax", problem.message, at: problem.position, detail: problem.suggestion)
        }
        guard let root = file.root else {
            findings.append(
                Finding(
                    .warning, "kong.empty", "\(file.name) holds nothing but comments: there is nothing to deploy",
                    at: nil, detail: "Write '_format_version: \"3.0\"' and the entities, or remove the file."))
            return
        }
        guard let entries = root.entries else {
            findings.append(
                Finding("kong.structure", "the file is \(root.spoken), not a mapping of entities", at: root.position))
            return
        }
        checkVersion(root)
        for entry in entries { checkTop(entry) }
        let list = EntityList(root)
        findings += EntityChecks(list, version: file.formatVersion ?? "3.0").findings()
        findings += ReferenceCheck(list).findings()
        findings += DuplicateCheck(list).findings()
    }

    private mutating func checkVersion(_ root: DocumentNode) {
        let versions = EntityTable.formatVersions
        guard let version = root["_format_version"] else {
            findings.append(
                Finding(
                    "kong.version", "'_format_version' is missing", at: root.position,
                    detail: "Begin the file with '_format_version: \"\(versions.last ?? "3.0")\"'."))
            return
        }
        if Placeholder.isLeftAlone(version) { return }
        if case .scalar(let text, true) = version.content, version.text == nil {
            findings.append(
                Finding(
                    "kong.version", "'_format_version' must be text, but is \(version.spoken): put it in quotes",
                    at: version.position, correction: .init(text, "\"\(text)\"")))
        } else if let text = version.text, !versions.contains(text) {
            findings.append(
                Finding(
                    "kong.version", "the format version '\(text)' is none of \(versions.joined(separator: ", "))",
                    at: version.position))
        } else if version.text == nil {
            findings.append(
                Finding(
                    "kong.version", "'_format_version' must be text, but is \(version.spoken)", at: version.position))
        }
    }

    private mutating func checkTop(_ entry: DocumentEntry) {
        if let rule = EntityTable.byName[entry.key] {
            if rule.isForeign {
                findings.append(
                    Finding(
                        .warning, "kong.edition",
                        "the open gateway knows no \(rule.name): the Enterprise edition or decK does",
                        at: entry.position))
            }
            var check = ValueCheck()
            check.checkList(of: rule, entry.value, inside: nil)
            findings += check.findings
        } else if let field = EntityTable.settings.first(where: { $0.name == entry.key }) {
            guard field.name != "_format_version" else { return }
            var check = ValueCheck()
            check.check(entry.value, field.kind, "'\(field.name)'", secret: false)
            findings += check.findings
        } else if EntityTable.deckSettings.contains(where: { $0.name == entry.key }) {
            findings.append(
                Finding(
                    .remark, "kong.deck", "'\(entry.key)' is decK's: it is left out of what the gateway is sent",
                    at: entry.position))
        } else {
            let known = EntityTable.all.map(\.name) + (EntityTable.settings + EntityTable.deckSettings).map(\.name)
            findings.append(ValueCheck.unknown(entry, "the declarative format", among: known))
        }
    }
}
