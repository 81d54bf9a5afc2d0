// FileHandle is not among the essentials.
import Foundation
import MCP
import Model
import Repair

/// The members of a feedback while the command line puts them together.
struct FeedbackDraft {
    var members: [String: JSONValue] = [:]

    init() {}

    /// What a file holds: a document, or a patch.
    /// - Parameter file: its name, for messages.
    init(_ bytes: [UInt8], file: String) throws(Failure) {
        if bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") {
            guard case .object(let read)? = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
                throw Failure(
                    .init("usage.feedback"), "'\(file)' begins like a JSON object and is none",
                    remedy: "correct it, or put the patch into a file of its own")
            }
            guard read["patch"] != nil || read["patches"] != nil || read["action"] != nil else {
                throw Failure(.init("usage.feedback"), "'\(file)' holds neither a patch nor an action")
            }
            members = read
        } else {
            guard let text = String(validating: bytes, as: UTF8.self), !text.allSatisfy(\.isWhitespace) else {
                throw Failure(
                    .init("usage.feedback"),
                    "\(file == "-" ? "standard input" : "'\(file)'") is empty, or no text in UTF-8")
            }
            members["patch"] = .string(text)
        }
    }

    mutating func set(_ options: [String: String?]) {
        for (name, value) in options { if let value { members[name] = .string(value) } }
    }

    /// What the inbox would answer by and by is said at once.
    func check() throws(Failure) {
        guard let words = members["description"]?.string, !words.allSatisfy(\.isWhitespace) else {
            throw Failure(
                .init("usage.feedback"), "what the patch does is not said",
                remedy: "give it with --description; its first line becomes the commit's subject")
        }
        do throws(Failure) {
            _ = try FeedbackDecoder.decode(AgentJSON.bytes(.object(members)), digest: "none")
        } catch {
            throw Failure(.init("usage.feedback"), error.message, remedy: error.remedy)
        }
    }
}

/// The file of a feedback, or standard input.
enum FeedbackText {
    static func read(_ file: String, limit: Int) throws(Failure) -> [UInt8] {
        do {
            let handle =
                file == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw Failure(
                    .init("usage.feedback"), "'\(file)' has more than the \(limit) bytes that are allowed",
                    remedy: "send smaller patches, or raise repair.feedback_bytes")
            }
            return Array(data)
        } catch let failure as Failure {
            throw failure
        } catch {
            let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            throw Failure(
                .init("usage.file"), "'\(file)' cannot be read",
                cause: reason.map { String(cString: strerror(Int32($0.code))) } ?? "\(error)")
        }
    }
}
