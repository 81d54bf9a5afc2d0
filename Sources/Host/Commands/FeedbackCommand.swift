import ArgumentParser

struct FeedbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feedback", abstract: "Send patches, and see what became of them.",
        subcommands: [
            FeedbackSubmitCommand.self, FeedbackListCommand.self, FeedbackShowCommand.self, FeedbackRetryCommand.self,
        ])
}

/// Waiting for a verdict, as several commands offer it.
struct VerdictOptions: ParsableArguments {
    @Flag(
        help:
            "Wait for the verdict, and for an action until its cycle has carried it out. Exit code 1 when it is a rejection, has failed or was dropped, or does not come in time."
    )
    var wait = false
    @Option(help: ArgumentHelp("How long to wait, in seconds.", valueName: "seconds"))
    var timeout = 600
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes 1 to 86400 seconds") }
    }

    var duration: Duration { wait ? .seconds(timeout) : .zero }
}
