/// argv with its placeholders filled in.
struct CommandLineTemplate {
    let arguments: [String]

    /// The kernel's limit for one argument (MAX_ARG_STRLEN) is 131,072 bytes.
    private static let longestArgument = 120_000

    var takesPrompt: Bool { arguments.contains { $0.contains("{prompt}") } }
    var takesFile: Bool { arguments.contains { $0.contains("{prompt_file}") } }

    /// - Throws: `setup` where there is no program, no place for the prompt, or too little room for it.
    func check(_ prompt: String) throws(CoderFailure) {
        guard let program = arguments.first, !program.isEmpty else {
            throw CoderFailure(
                .setup, .coderCommand, "the coder's command is empty",
                remedy: "Say 'coders.command' in deployer.yaml or DISPATCHER_CODER_COMMAND.")
        }
        guard takesPrompt || takesFile else {
            throw CoderFailure(
                .setup, .coderCommand, "the coder's command '\(program)' has no place for the prompt",
                remedy: "Put {prompt} or {prompt_file} among its arguments; its input is closed.")
        }
        if takesPrompt, prompt.utf8.count > Self.longestArgument {
            throw CoderFailure(
                .setup, .coderCommand, "a prompt of \(prompt.utf8.count) bytes is too long for a command line",
                remedy: "Use {prompt_file} in place of {prompt}.")
        }
    }

    /// In one pass: a prompt that holds `{worktree}` is no template.
    func filled(prompt: String, file: String, worktree: String) -> [String] {
        let values = ["{prompt}": prompt, "{prompt_file}": file, "{worktree}": worktree]
        return arguments.map { argument in
            var result = ""
            var rest = argument[...]
            while let open = rest.firstIndex(of: "{") {
                result += rest[..<open]
                rest = rest[open...]
                if let (name, value) = values.first(where: { rest.hasPrefix($0.key) }) {
                    result += value
                    rest = rest.dropFirst(name.count)
                } else {
                    result += "{"
                    rest = rest.dropFirst()
                }
            }
            return result + rest
        }
    }
}
