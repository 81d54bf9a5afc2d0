import Model
import Repair
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Puts a feedback into the inbox: written beside under a name that nobody looks at, then given its own, so that the daemon never
/// sees half a file and nothing that lies there is written over.
struct FeedbackDrop: Sendable {
    let layout: WorkspaceLayout
    /// Bytes of a file that the daemon reads.
    let limit: Int

    struct Receipt: Sendable {
        var id: String
        /// In the inbox, without the folder.
        var file: String
        var at: Timestamp
    }

    /// - Throws: `usage.feedback` for what the inbox would refuse unread.
    func drop(_ members: [String: JSONValue]) throws(Failure) -> Receipt {
        var document = members
        document["id"] = try Self.id(of: document).map { .string($0) }
        let bytes = try AgentJSON.bytes(.object(document))
        // As the daemon names what brings no id. None is written in its place: one that was decided keeps its verdict, and the
        // same patch without an id may be tried again.
        let id = document["id"]?.string ?? FeedbackDecoder.id(for: SHA256.hex(of: bytes))
        return try put(bytes, id: id)
    }

    /// The file of a feedback that the daemon itself has made. Throws `usage.feedback` for one that the inbox would refuse unread.
    func document(of feedback: Feedback) throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(FeedbackDocument(feedback)) else {
            throw Failure(.init("inbox.unusable"), "the feedback '\(feedback.id)' cannot be written as JSON")
        }
        let bytes = Array(data)
        try check(bytes)
        return bytes
    }

    private func check(_ bytes: [UInt8]) throws(Failure) {
        guard bytes.count <= limit else {
            throw Failure(
                .init("usage.feedback"), "the feedback has \(bytes.count) bytes; \(limit) are allowed",
                remedy: "send smaller patches, or raise repair.feedback_bytes")
        }
    }

    /// Puts a whole file there, whose name begins with the id.
    func put(_ bytes: [UInt8], id: String) throws(Failure) -> Receipt {
        try check(bytes)
        try Folder.make(layout.feedback)
        let at = Timestamp.now
        let draft = "\(layout.feedback)/.\(id).\(getpid())-\(UInt32.random(in: 0...(.max))).part"
        defer { unlink(draft) }
        try write(bytes, to: draft)
        for number in 1...1000 {
            let file = number == 1 ? "\(id).json" : "\(id)-\(number).json"
            // Unlike a rename, a link never takes another file's place.
            if link(draft, "\(layout.feedback)/\(file)") == 0 { return Receipt(id: id, file: file, at: at) }
            guard errno == EEXIST else { throw failure("'\(file)' cannot be put into the inbox") }
        }
        throw Failure(.init("inbox.full"), "the inbox holds a thousand files named '\(id)' already")
    }

    /// The id that the document brings; nil where it brings none. What is asked for without a patch gets one of its own: asked for
    /// twice, it is to be done twice.
    private static func id(of document: [String: JSONValue]) throws(Failure) -> String? {
        guard let value = document["id"], value != .null else {
            guard case .string(let action)? = document["action"] else { return nil }
            return "\(action.prefix(20))-\(Timestamp.now.compact)-\(UInt16.random(in: 0...(.max)))"
        }
        guard case .string(let id) = value, FeedbackDecoder.isUsable(id) else {
            throw Failure(
                .init("usage.feedback"), "the id cannot name a branch",
                remedy: "use 1 to 64 letters, digits, '-', '_' and '.', a letter or digit first, or leave it out")
        }
        return id
    }

    private func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("nothing can be written into '\(layout.feedback)'") }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Glibc)
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = rest.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("'\(path)' cannot be written") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("'\(path)' cannot be written") }
    }

    private func failure(_ message: String) -> Failure {
        Failure(
            .init("inbox.unusable"), message, remedy: "check the folder's owner and the free space",
            cause: String(cString: strerror(errno)), scheduling: .retry)
    }
}
