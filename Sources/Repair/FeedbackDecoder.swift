internal import Documents
package import Model

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads the JSON of a feedback file.
package enum FeedbackDecoder {
    private struct Document: Decodable {
        var id: String?
        var description: String
        var target: String?
        var patch: String
        var base: String?
        var restart: String?
    }

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - digest: names the file's content; the id of a feedback that brings none is made of it.
    ///
    /// Throws `feedback.json` for what is no JSON or has a wrong shape, with the place and the member.
    package static func decode(_ bytes: [UInt8], digest: String) throws(Failure) -> Feedback {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw failure(explain(error, bytes))
        } catch {
            throw failure("\(error)")
        }
        let id = document.id ?? Self.id(for: digest)
        guard isUsable(id) else {
            throw failure(
                "the id '\(id.prefix(80))' cannot name a branch: use 1 to 64 letters, digits, '-', '_' and '.'")
        }
        let description = document.description.trimmed
        guard !description.isEmpty else { throw failure("\"description\" is empty: it becomes the commit's message") }
        guard description.utf8.count <= 20_000 else { throw failure("\"description\" is longer than 20,000 bytes") }
        guard !document.patch.trimmed.isEmpty else { throw failure("\"patch\" is empty") }
        var base: Revision?
        if let text = document.base, !text.isEmpty {
            guard let revision = Revision(text) else {
                throw failure("\"base\" must be a whole commit id in lower case, not '\(text.prefix(80))'")
            }
            base = revision
        }
        return Feedback(
            id: id, description: description, target: document.target, patch: document.patch, base: base,
            restart: document.restart)
    }

    /// The id of a feedback that brings none.
    static func id(for digest: String) -> String { "f-\(digest.prefix(12))" }

    /// An id becomes a branch name, a file name and a trailer.
    static func isUsable(_ id: String) -> Bool {
        guard (1...64).contains(id.utf8.count), let first = id.utf8.first, first != UInt8(ascii: "."),
            first != UInt8(ascii: "-"), !id.hasSuffix(".lock"), !id.hasSuffix("."), !id.contains("..")
        else { return false }
        return id.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
        }
    }

    private static func failure(_ message: String) -> Failure {
        Failure(
            .json, "the feedback cannot be read: \(message)",
            remedy:
                "send {\"description\": \"…\", \"patch\": \"…\"} with an optional \"target\", \"base\", \"restart\" and \"id\""
        )
    }

    /// The decoder knows the member, the document its place.
    private static func explain(_ error: DecodingError, _ bytes: [UInt8]) -> String {
        let reading: DocumentReading?
        do throws(DocumentProblems) {
            reading = try DocumentReader.json(bytes, limit: bytes.count)
        } catch {
            let known = "this is no JSON: "
            let message = error.problems[0].message
            return place(error.problems[0].position) + "it is no JSON: "
                + (message.hasPrefix(known) ? String(message.dropFirst(known.count)) : message)
        }
        switch error {
        case .keyNotFound(let key, _): return "\"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let path = context.codingPath.map(\.stringValue)
            let node = path.first.flatMap { reading?.root?[$0] } ?? reading?.root
            return place(node?.position)
                + (path.isEmpty
                    ? "it has the wrong type: it is \(node?.spoken ?? "nothing"), not an object"
                    : "\"\(path.joined(separator: "."))\" has the wrong type: it is \(node?.spoken ?? "nothing")")
        case .dataCorrupted(let context):
            return "it is no JSON: \(context.underlyingError.map { "\($0)" } ?? context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }

    private static func place(_ position: SourcePosition?) -> String {
        position.map { "line \($0.line), column \($0.column): " } ?? ""
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = self.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
