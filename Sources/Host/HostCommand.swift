import ArgumentParser
import Model
import Settings

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The program: `host`, or `codex-deployer` where it is installed.
@main
struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Watches a git repository, rebuilds what changed, deploys it, and lets itself be repaired.",
        discussion:
            "Exit codes: 0 done; 1 something that was due is not deployed and healthy; 2 bad usage or configuration.",
        version: "codex-deployer \(versionNumber)",
        subcommands: [
            RunCommand.self, PlanCommand.self, StatusCommand.self, HistoryCommand.self, ShowCommand.self,
            LogsCommand.self, ListPluginsCommand.self, PluginCommand.self, TestPluginCommand.self, ConfigCommand.self,
            InitCommand.self,
            ForgetCommand.self, RetryCommand.self, FeedbackCommand.self, ReportCommand.self, MCPCommand.self,
            NewPluginCommand.self, DemoCommand.self,
        ])

    static let versionNumber = "0.1.0"

    static func main() async {
        leave(await perform())
    }

    /// Runs the command and answers with the exit code.
    private static func perform() async -> Int32 {
        do {
            var command = try parseAsRoot(SettingFlags.rewritten(Array(CommandLine.arguments.dropFirst())))
            // To what runs children and talks to servers, a peer that hangs up is an error of one write. What only prints is
            // to end with whoever reads it: `host logs -f | head -1`.
            signal(SIGPIPE, command is any PrintingCommand ? SIG_DFL : SIG_IGN)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as Failure {
            Terminal.complain("\(failure)")
            return ExitCodes.code(of: failure)
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            // Help that was asked for is no mistake; everything else that is wrong with the command line is 2.
            guard exitCode(for: error) == .success else {
                Terminal.complain(plain(fullMessage(for: error)))
                return 2
            }
            print(fullMessage(for: error))
            return 0
        }
    }

    /// Of two words for one thing, the program's name before it is enough.
    private static func plain(_ message: String) -> String {
        message.hasPrefix("Error: ") ? String(message.dropFirst("Error: ".count)) : message
    }
}

/// A command that reads what is there and prints it, and has no children and no peers.
protocol PrintingCommand {}

/// The C library's exit, under a name that the commands' own `exit(withError:)` does not hide.
private func leave(_ code: Int32) -> Never { exit(code) }

/// What the shell is told.
enum ExitCodes {
    static func code(of failure: Failure) -> Int32 {
        let usage = ["config.", Failure.Code.workspaceMissing.rawValue, "usage."]
        return usage.contains { failure.code.rawValue.hasPrefix($0) } ? 2 : 1
    }
}

enum Terminal {
    static func complain(_ text: String) {
        let line = Array("host: \(text)\n".utf8)
        _ = write(2, line, line.count)
    }

    /// Hands over what was printed, also where standard output is no terminal.
    static func flush() { fflush(nil) }
}
