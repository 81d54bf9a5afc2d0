/// Who is asked for repairs.
package enum CoderKind: String, Sendable, Hashable, CaseIterable {
    /// A model behind an OpenAI-compatible interface.
    case openai
    /// An agent that runs on this machine.
    case command
    case none
}

/// How an agent on this machine is shut in.
package enum CoderConfinement: String, Sendable, Hashable, CaseIterable { case bubblewrap, none }

/// How builds and tests of a patch are shut in.
package enum VerificationConfinement: String, Sendable, Hashable, CaseIterable {
    /// bubblewrap, where it is installed and works.
    case auto
    case bubblewrap, none
}
