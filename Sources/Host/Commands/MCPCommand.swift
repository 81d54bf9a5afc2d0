import ArgumentParser
import MCP
import Model
import Settings
import Stages
import UnixSignals

struct MCPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Speak the Model Context Protocol on standard input and output, for a coding agent.",
        discussion: """
            An agent starts this itself; Documentation/Agents.md says how to tell it. It works beside a running daemon and may do \
            what its user may do on this workspace: with --read-only it only looks.
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Offer only what changes nothing.")
    var readOnly = false

    /// For what is at work when the input ends.
    private static let grace: Duration = .seconds(10)

    func run() async throws {
        let invocation = try common.invocation()
        let masker = SecretMasker(try invocation.settings(under: .none).secrets)
        let output = StandardOutputLines()
        let conversation = MCPConversation(
            server: MCPServer(
                services: HostAgentServices(invocation: invocation, mask: { masker.mask($0) }),
                version: HostCommand.versionNumber),
            rights: readOnly ? .read : .all, caller: "an agent of user \(UserName.own)", send: { output.write($0) })
        let work = Task {
            for await line in StandardInputLines(limit: MCPConversation.longest) {
                switch line {
                case .whole(let bytes): await conversation.receive(bytes)
                case .tooLong: await conversation.receiveTooLong()
                }
            }
        }
        let signals = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                work.cancel()
                return
            }
        }
        await work.value
        signals.cancel()
        // A client that has closed its end may still read; one that sent a signal waits for nothing.
        await conversation.finish(within: work.isCancelled ? .zero : Self.grace)
    }
}
