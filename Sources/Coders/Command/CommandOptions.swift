/// An agent's command line, and what it may do.
package struct CommandOptions: Sendable, Hashable {
    package enum Confinement: Sendable, Hashable {
        /// In bubblewrap, or not at all.
        case bubblewrap
        /// As the daemon's own user, with everything that it may do. The operator has to say so.
        case none
    }

    /// argv, without a shell. `{prompt}` stands for the prompt, `{prompt_file}` for a file that holds it, `{worktree}` for the
    /// folder it runs in; one of the first two has to be there, because its input is closed.
    package var arguments: [String]
    package var timeout: Duration
    /// Time between SIGTERM and SIGKILL.
    package var grace: Duration
    package var confinement: Confinement
    package var isOnline: Bool
    /// All that it sees of an environment beside PATH, HOME, LANG and TMPDIR. Values are secrets.
    package var environment: [String: String]
    package var path: String
    /// Its home where there is no sandbox; in one it is empty.
    package var home: String
    /// Folders and files beside the system's that it may read in the sandbox: its own program, a configuration.
    package var readable: [String]
    /// Paths that no shown folder may hold.
    package var hidden: [String]
    /// Where the prompt's file lies for the time of a run; nil: beside the working tree.
    package var scratch: String?
    /// The name under which its tokens have a price; nil where nobody counts them.
    package var model: String?

    package init(
        arguments: [String], timeout: Duration = .seconds(1200), grace: Duration = .seconds(5),
        confinement: Confinement = .bubblewrap, isOnline: Bool = false, environment: [String: String] = [:],
        path: String = "/usr/local/bin:/usr/bin:/bin", home: String = "/nonexistent", readable: [String] = [],
        hidden: [String] = [], scratch: String? = nil, model: String? = nil
    ) {
        self.arguments = arguments
        self.timeout = timeout
        self.grace = grace
        self.confinement = confinement
        self.isOnline = isOnline
        self.environment = environment
        self.path = path
        self.home = home
        self.readable = readable
        self.hidden = hidden
        self.scratch = scratch
        self.model = model
    }
}
