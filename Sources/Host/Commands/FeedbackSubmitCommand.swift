import ArgumentParser
// FileHandle is not among the essentials.
import Foundation
import Git
import Model
import Settings

struct FeedbackSubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Put a patch, or a feedback document, into the inbox.",
        discussion: """
            A file that is a JSON object is a feedback document (Documentation/Feedback.md), and the options win over its members; \
            anything else is a patch, and needs --description. With --dry-run it is built and tested, and nothing is pushed.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The file; - reads standard input.")
    var file: String
    @Option(name: .shortAndLong, help: "What the patch does; becomes the commit's message.")
    var description: String?
    @Option(help: "The service, folder or file that it is for.")
    var target: String?
    @Option(help: "1 to 64 letters, digits, '-', '_', '.'; made of the content when left out.")
    var id: String?
    @Option(help: ArgumentHelp("The commit that the author saw, its whole id.", valueName: "commit"))
    var base: String?
    @Option(help: "Another service to restart once the patch is live.")
    var restart: String?
    @Option(help: "The dialect of the patch; found out when left out.")
    var format: String?
    @Flag(help: "Try it and publish nothing.")
    var dryRun = false
    @OptionGroup var verdict: VerdictOptions

    func run() async throws {
        let invocation = try common.invocation()
        // Where no workspace is, no inbox is made.
        let repository = try await GitRepository.open(invocation.layout.root)
        let (_, settings, _) = try await invocation.configuration(of: repository)
        let document = try document(try FeedbackText.read(file, limit: settings.feedbackBytes))
        let receipt = try FeedbackDrop(layout: invocation.layout, limit: settings.feedbackBytes).drop(document)
        try await FeedbackAnswer.tell(receipt, invocation.layout, verdict)
    }

    private func document(_ bytes: [UInt8]) throws(Failure) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") {
            guard case .object(let read)? = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
                throw Failure(
                    .init("usage.feedback"), "'\(file)' begins like a JSON object and is none",
                    remedy: "correct it, or put the patch into a file of its own")
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
        let options = [
            "description": description, "target": target, "id": id, "base": base, "restart": restart, "format": format,
        ]
        for (name, value) in options { if let value { members[name] = .string(value) } }
        if dryRun { members["dryRun"] = .bool(true) }
        guard let words = members["description"]?.string, !words.allSatisfy(\.isWhitespace) else {
            throw Failure(
                .init("usage.feedback"), "what the patch does is not said",
                remedy: "give it with --description; its first line becomes the commit's subject")
        }
        guard members["patch"] != nil || members["patches"] != nil || members["action"] != nil else {
            throw Failure(.init("usage.feedback"), "'\(file)' holds neither a patch nor an action")
        }
        return members
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
