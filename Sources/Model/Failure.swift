/// Something that went wrong, told so that a person, a program and the scheduler each know what to do.
package struct Failure: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// Open and stable: `git.auth`, `git.timeout`, `config.invalid`, `plugin.refused`.
    package struct Code: RawRepresentable, Hashable, Sendable, Codable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package init(_ rawValue: String) { self.rawValue = rawValue }
    }

    /// What the failure means for whoever schedules the work.
    package enum Scheduling: Hashable, Sendable, Codable {
        /// It may pass by itself: try again with backoff.
        case retry
        /// Something outside must come back first (an engine, a server); the text names it.
        case wait(for: String)
        /// It will fail again until a commit, the configuration or an operator changes something.
        case stop
    }

    package var code: Code
    /// What happened, with the name of the thing it happened to.
    package var message: String
    /// What to do about it; an imperative sentence.
    package var remedy: String?
    /// The underlying tool's own words.
    package var cause: String?
    package var scheduling: Scheduling

    package init(
        _ code: Code, _ message: String, remedy: String? = nil, cause: String? = nil, scheduling: Scheduling = .stop
    ) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.cause = cause
        self.scheduling = scheduling
    }

    package var description: String {
        var text = message
        if let cause, !cause.isEmpty { text += ": \(cause)" }
        if let remedy { text += " - \(remedy)" }
        return text
    }
}
