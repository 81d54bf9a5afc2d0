import Model
import Stages

extension CommandCoder {
    /// By exit code and working tree; what the agent says of itself counts where it says that it failed.
    ///
    /// Success brings what is worth telling.
    func judge(_ run: Run) async -> Result<[String], CoderFailure> {
        let name = run.arguments.first ?? "the command"
        switch run.result.end {
        case .notStarted(_, let reason):
            return .failure(
                CoderFailure(
                    .setup, .coderCommand, "the coder's command cannot be started: \(reason)",
                    remedy: "check 'coders.command' and what the sandbox shows (DISPATCHER_CODER_FOLDERS)"))
        case .cancelled: return .failure(OpenAICall.cancelled)
        case .timedOut:
            return .failure(
                CoderFailure(
                    .badAnswer, .coderTimeout, "'\(name)' did not end within \(options.timeout.spoken) and was ended",
                    remedy: "Make a smaller change.", cause: lastWords(run)))
        case .signalled(let number):
            return .failure(
                CoderFailure(
                    .badAnswer, .coderCommand, "'\(name)' was ended by signal \(number)", cause: lastWords(run)))
        case .exited(let code) where code != 0: return .failure(failure(of: name, code, run))
        case .exited: break
        }
        if let trouble = run.report.trouble {
            return .failure(CoderFailure(.badAnswer, .coderCommand, "'\(name)' says that it failed", cause: trouble))
        }
        do throws(Failure) {
            guard try await worktree.isChanged() else {
                return .failure(
                    CoderFailure(
                        .badAnswer, .coderUnchanged, "'\(name)' ended well and changed nothing",
                        cause: run.report.message.map(ModelAnswer.short) ?? lastWords(run)))
            }
        } catch {
            return .failure(
                CoderFailure(
                    .away(until: nil), .coderCommand, "nobody can tell what '\(name)' changed", remedy: error.remedy,
                    cause: error.description))
        }
        return .success(run.isShutIn ? [] : ["it ran without a sandbox"])
    }

    private func failure(of name: String, _ code: Int32, _ run: Run) -> CoderFailure {
        // 126 and 127 are a shell's words for a program that cannot be run; bubblewrap says so itself.
        let isMissing = run.report.tail.contains { $0.hasPrefix("bwrap: execvp") } || code == 126 || code == 127
        guard !isMissing else {
            return CoderFailure(
                .setup, .coderCommand, "'\(name)' cannot be run there",
                remedy: "check 'coders.command' and what the sandbox shows (DISPATCHER_CODER_FOLDERS)",
                cause: lastWords(run))
        }
        return CoderFailure(
            .badAnswer, .coderCommand, "'\(name)' ended with \(code)", cause: run.report.trouble ?? lastWords(run))
    }

    private func lastWords(_ run: Run) -> String? {
        let text = run.report.tail.suffix(5).joined(separator: "\n")
        return text.isEmpty ? nil : ModelAnswer.short(text)
    }
}
