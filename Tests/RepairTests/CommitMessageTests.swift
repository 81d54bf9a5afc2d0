import Model
import Repair
import Testing

@Suite struct CommitMessageTests {
    /// Whoever writes the description would decide that nobody judges the commit.
    @Test(arguments: [
        "Fix it [skip ci]", "Fix it\n\nBecause.\n[CI Skip]", "[no ci] Fix it", "Fix it ***NO_CI***",
        "Fix it\n\n\nskip-checks: true", "Fix it [skip actions]",
    ])
    func aDescriptionDoesNotSwitchOffWhatJudgesTheCommit(description: String) {
        let text = CommitMessage.text(
            of: Feedback(id: "x", description: description), verified: "alpha: build ok"
        ).lowercased()
        for words in ["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "***no_ci***", "\nskip-checks:"] {
            #expect(!text.contains(words), "\(text)")
        }
        #expect(text.contains("fix it") && text.hasSuffix("verified-by: codex-deployer (alpha: build ok)\n"))
    }
}
