import ArgumentParser
import Git
import MCP
import Model
import Settings

struct FeedbackSubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Put a patch, an action or a feedback document into the inbox.",
        discussion: """
            A file that is a JSON object is a feedback document (Documentation/Feedback.md), and the options win over its members; \
            anything else is a patch, and needs --description. With --dry-run it is built and tested, and nothing is pushed.
            With --action there is no file: what the daemon is to do with the service that --target names.

              submit fix.patch -d 'Return the greeting again' --wait
              git diff | host feedback submit - -d 'Return the greeting again' --dry-run --wait
              submit --action restart --target shop --wait
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The file; - reads standard input. None with --action.")
    var file: String?
    @Option(name: .shortAndLong, help: "What the patch does; becomes the commit's message.")
    var description: String?
    @Option(help: ArgumentHelp("Ask for it instead of sending a patch: \(Self.actions).", valueName: "action"))
    var action: Feedback.Action?
    @Option(help: "The service, folder or file that it is for.")
    var target: String?
    @Option(help: "1 to 64 letters, digits, '-', '_', '.'; made of the content when left out.")
    var id: String?
    @Option(help: ArgumentHelp("The commit that the author saw: an id, a branch, HEAD.", valueName: "commit"))
    var base: String?
    @Option(help: "Another service to build and deploy again once the patch is live.")
    var restart: String?
    @Option(help: "The dialect of the patch; found out when left out.")
    var format: String?
    @OptionGroup var anchor: SnippetAnchor
    @Flag(help: "Try it and publish nothing.")
    var dryRun = false
    @OptionGroup var verdict: VerdictOptions

    private static let actions = Feedback.Action.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        if action == nil, file == nil {
            throw ValidationError("give the file of a patch (- reads standard input), or --action with --target")
        }
        guard let action else { return }
        // Silence would mean that what was written there has been done.
        let others = [
            ("a file", file), ("--base", base), ("--restart", restart), ("--format", format),
            ("--line", anchor.line?.description),
            ("--replace", anchor.replace), ("--diagnostic-id", anchor.diagnosticId), ("--dry-run", dryRun ? "" : nil),
        ]
        if let other = others.first(where: { $0.1 != nil }) {
            throw ValidationError("--action \(action.rawValue) takes no patch, and so not \(other.0)")
        }
        if target == nil {
            throw ValidationError("--action \(action.rawValue) needs --target: the service that is meant")
        }
    }

    func run() async throws {
        let invocation = try common.invocation()
        // Where no workspace is, no inbox is made.
        let repository = try await GitRepository.open(invocation.layout.root)
        let (_, settings, _) = try await invocation.configuration(of: repository)
        var draft = FeedbackDraft()
        if let file {
            draft = try FeedbackDraft(try FeedbackText.read(file, limit: settings.feedbackBytes), file: file)
        }
        draft.set([
            "action": action?.rawValue, "description": description ?? defaultDescription, "target": target, "id": id,
            "base": try await wholeBase(repository), "restart": restart, "format": format, "replace": anchor.replace,
            "diagnosticId": anchor.diagnosticId,
        ])
        if let line = anchor.line { draft.members["line"] = .integer(Int64(line)) }
        if dryRun { draft.members["dryRun"] = .bool(true) }
        try draft.check()
        let receipt = try FeedbackDrop(layout: invocation.layout, limit: settings.feedbackBytes).drop(draft.members)
        try await FeedbackAnswer.tell(receipt, invocation.layout, verdict)
    }

    private var defaultDescription: String? {
        action.map { "\($0.rawValue), asked for on the command line by \(UserName.own)" }
    }

    /// The documents hold whole ids alone: what is short or a name means another commit elsewhere, or later.
    private func wholeBase(_ repository: GitRepository) async throws(Failure) -> String? {
        guard let base else { return nil }
        if let whole = Revision(base) { return whole.hex }
        do throws(Failure) { return try await repository.resolve(base).hex } catch {
            throw Failure(
                .init("usage.feedback"), "--base: '\(base)' is no commit of this workspace",
                remedy:
                    "name one as `git log` shows it, or leave it out: the lines of a patch find their place without",
                cause: error.description)
        }
    }
}

/// Where a bare snippet belongs.
struct SnippetAnchor: ParsableArguments {
    @Option(help: "Of a bare snippet: the line of the target that it stands at.")
    var line: Int?
    @Option(help: "Of a bare snippet: the text of the target that makes way for it.")
    var replace: String?
    @Option(help: "Of a bare snippet: the id of the open finding that it clears (`id` in `host report --json`).")
    var diagnosticId: String?

    func validate() throws {
        if [line.map { _ in "" }, replace, diagnosticId].filter({ $0 != nil }).count > 1 {
            throw ValidationError("--line, --replace and --diagnostic-id are three ways to say one place; choose one")
        }
        if let line, line < 1 { throw ValidationError("--line counts from 1") }
    }
}

extension Feedback.Action: ExpressibleByArgument {}
