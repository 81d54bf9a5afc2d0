import ArgumentParser
import MCP
import Model

struct FeedbackShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how far a feedback is, and its verdict.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "Its id, as `host feedback list` names it.")
    var id: String
    @OptionGroup var verdict: VerdictOptions

    func run() async throws {
        let layout = try common.invocation().layout
        let watch = FeedbackAnswer.watch(layout, verdict)
        guard let state = try await watch.state(of: id, wait: verdict.duration) else {
            throw Failure(
                .init("usage.feedback"), "nothing is known of a feedback '\(id)'",
                remedy: "`host feedback list` lists what there is")
        }
        if verdict.output.json {
            try JSONOutput.print(FeedbackAnswer.Document(state))
        } else {
            FeedbackAnswer.show(state)
        }
        guard verdict.wait else { return }
        guard FeedbackAnswer.isSuccess(state) else { throw ExitCode(1) }
    }
}
