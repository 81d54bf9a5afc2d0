internal import Documents
package import Model
import Patches

/// Reads the JSON of a feedback file (`Documentation/feedback.schema.json`).
package enum FeedbackDecoder {
    package static let version = 1
    /// Names of the dialects, as `format` has them.
    package static let formats = PatchFormat.allCases.map(\.rawValue)
    static let members = [
        "version", "id", "description", "target", "patch", "patches", "format", "line", "replace", "diagnosticId",
        "action",
        "base", "restart", "dryRun",
    ]
    static let patchMembers = ["patch", "format", "target", "line", "replace", "diagnosticId"]
    private static let maximumPatches = 50
    private static let maximumDescription = 20_000

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - digest: names the file's content; the id of a feedback that brings none is made of it.
    ///
    /// Throws `feedback.json` for what is no JSON or has a wrong shape, with the place and the member.
    package static func decode(_ bytes: [UInt8], digest: String) throws(Failure) -> Feedback {
        let reading: DocumentReading
        do throws(DocumentProblems) {
            reading = try DocumentReader.json(bytes, limit: bytes.count)
        } catch {
            throw unreadable(error)
        }
        // A member that stands there twice: which one counts would be a guess.
        if let problem = reading.problems.first { throw failure(problem.message, at: problem.position) }
        guard let root = reading.root else { throw failure("the file is empty") }
        guard root.entries != nil else {
            throw failure("it has the wrong type: it is \(root.spoken), not an object", at: root.position)
        }
        return try feedback(Members(root, members, path: ""), digest: digest)
    }

    private static func feedback(_ object: Members, digest: String) throws(Failure) -> Feedback {
        if let number = try object.integer("version"), number != version {
            throw failure(
                "\"version\" \(number) is not known: this deployer reads \(version)", at: object.place("version"))
        }
        let id = try object.text("id") ?? Self.id(for: digest)
        guard isUsable(id) else {
            throw failure(
                "the id '\(id.prefix(80))' cannot name a branch: use 1 to 64 letters, digits, '-', '_' and '.'",
                at: object.place("id"))
        }
        guard let description = try object.text("description")?.trimmed else {
            throw failure("\"description\" is missing")
        }
        guard !description.isEmpty else {
            throw failure("\"description\" is empty: it becomes the commit's message", at: object.place("description"))
        }
        guard description.utf8.count <= maximumDescription else {
            throw failure("\"description\" is longer than 20,000 bytes", at: object.place("description"))
        }
        var feedback = Feedback(id: id, description: description, target: try object.text("target"))
        feedback.base = try base(object)
        feedback.alsoDeploys = try object.text("restart")
        feedback.isDryRun = try object.boolean("dryRun") ?? false
        feedback.patches = try patches(object)
        feedback.action = try action(object, feedback)
        guard feedback.action != nil || !feedback.patches.isEmpty else {
            throw failure("\"patch\" is missing, and no \"action\" is asked for")
        }
        return feedback
    }

    private static func base(_ object: Members) throws(Failure) -> Revision? {
        guard let text = try object.text("base"), !text.isEmpty else { return nil }
        guard let revision = Revision(text) else {
            throw failure(
                "\"base\" must be a whole commit id in lower case, not '\(text.prefix(80))'", at: object.place("base"))
        }
        return revision
    }

    private static func action(_ object: Members, _ feedback: Feedback) throws(Failure) -> Feedback.Action? {
        guard let text = try object.text("action") else { return nil }
        let known = Feedback.Action.allCases.map(\.rawValue)
        guard let action = Feedback.Action(rawValue: text) else {
            throw failure(
                "\"action\" is one of \(known.joined(separator: ", ")), not '\(text.prefix(80))'",
                at: object.place("action"))
        }
        guard feedback.patches.isEmpty else {
            throw failure("\"action\" and a patch do not go together: send two files", at: object.place("action"))
        }
        guard feedback.target?.isEmpty == false else {
            throw failure("\"action\" needs a \"target\": the service that is meant", at: object.place("action"))
        }
        return action
    }

    private static func patches(_ object: Members) throws(Failure) -> [Feedback.Patch] {
        let isSingle = object.has("patch")
        if !isSingle {
            for name in ["format", "line", "replace", "diagnosticId"] where object.has(name) {
                throw failure("\"\(name)\" says something of a \"patch\", and there is none", at: object.place(name))
            }
        }
        guard let items = try object.list("patches") else {
            return isSingle ? [try patch(object, target: nil)] : []
        }
        guard !isSingle else {
            throw failure("\"patch\" and \"patches\" do not go together", at: object.place("patches"))
        }
        guard (1...maximumPatches).contains(items.count) else {
            throw failure("\"patches\" has \(items.count) of them; 1 to 50 are allowed", at: object.place("patches"))
        }
        var patches: [Feedback.Patch] = []
        for (index, item) in items.enumerated() {
            let path = "patches[\(index)]."
            guard item.entries != nil else {
                throw failure("\"patches[\(index)]\" has the wrong type: it is \(item.spoken)", at: item.position)
            }
            let members = try Members(item, patchMembers, path: path)
            patches.append(try patch(members, target: try members.text("target")))
        }
        return patches
    }

    private static func patch(_ object: Members, target: String?) throws(Failure) -> Feedback.Patch {
        guard let text = try object.text("patch") else { throw failure("\"\(object.path)patch\" is missing") }
        guard !text.trimmed.isEmpty else {
            throw failure("\"\(object.path)patch\" is empty", at: object.place("patch"))
        }
        var patch = Feedback.Patch(text, target: target)
        if let format = try object.text("format"), format != "auto" {
            guard formats.contains(format) else {
                throw failure(
                    "\"\(object.path)format\" is one of \(formats.joined(separator: ", ")), not '\(format.prefix(80))'",
                    at: object.place("format"))
            }
            patch.format = format
        }
        var anchors: [Feedback.Anchor] = []
        if let line = try object.integer("line") {
            guard (1..<1_000_000_000).contains(line) else {
                throw failure("\"\(object.path)line\" counts from 1, it is \(line)", at: object.place("line"))
            }
            anchors.append(.line(line))
        }
        if let replaced = try object.text("replace") {
            guard !replaced.trimmed.isEmpty else {
                throw failure("\"\(object.path)replace\" is empty", at: object.place("replace"))
            }
            anchors.append(.replace(replaced))
        }
        if let diagnostic = try object.text("diagnosticId") {
            guard diagnostic.utf8.count == 16, diagnostic.allSatisfy(\.isHexDigit) else {
                throw failure(
                    "\"\(object.path)diagnosticId\" is the id of a finding in a report, 16 hexadecimal digits",
                    at: object.place("diagnosticId"))
            }
            anchors.append(.diagnostic(diagnostic.lowercased()))
        }
        guard anchors.count <= 1 else {
            throw failure("give one of \"line\", \"replace\" and \"diagnosticId\", not several")
        }
        patch.anchor = anchors.first
        return patch
    }

    /// The id of a feedback that brings none.
    package static func id(for digest: String) -> String { "f-\(digest.prefix(12))" }

    /// An id becomes a branch name, a file name and a trailer.
    package static func isUsable(_ id: String) -> Bool {
        guard (1...64).contains(id.utf8.count), let first = id.utf8.first, first != UInt8(ascii: "."),
            first != UInt8(ascii: "-"), !id.hasSuffix(".lock"), !id.hasSuffix("."), !id.contains("..")
        else { return false }
        return id.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
        }
    }

    static func failure(_ message: String, at position: SourcePosition? = nil) -> Failure {
        let place = position.map { "line \($0.line), column \($0.column): " } ?? ""
        return Failure(
            .json, "the feedback cannot be read: \(place)\(message)",
            remedy: "send {\"description\": \"…\", \"patch\": \"…\"}; Documentation/Feedback.md has the other members")
    }

    private static func unreadable(_ problems: DocumentProblems) -> Failure {
        let known = "this is no JSON: "
        let message = problems.problems[0].message
        return failure(
            "it is no JSON: " + (message.hasPrefix(known) ? String(message.dropFirst(known.count)) : message),
            at: problems.problems[0].position)
    }
}
