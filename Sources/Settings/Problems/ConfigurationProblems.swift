package import Model

/// Everything that is wrong in a configuration, found in one reading; never empty.
package struct ConfigurationProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// In the order of the file.
    package var problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) { self.problems = problems }
    package init(_ problem: ConfigurationProblem) { problems = [problem] }

    package var description: String { problems.map(\.description).joined(separator: "\n") }

    /// The same as one `Failure` with the code `config.invalid`; the command line answers it with exit code 2.
    package var failure: Failure {
        if problems.count == 1, let problem = problems.first {
            var place = problem
            place.suggestion = nil
            return Failure(
                .configurationInvalid, place.description, remedy: problem.suggestion ?? "correct it and try again")
        }
        let sources = Set(problems.map(\.source)).sorted().joined(separator: ", ")
        return Failure(
            .configurationInvalid, "\(problems.count) problems in \(sources)",
            remedy: "correct them and try again", cause: description)
    }
}

extension Failure.Code {
    /// A configuration that cannot be used.
    package static let configurationInvalid = Failure.Code("config.invalid")
    /// A configuration file that is there and cannot be read.
    package static let configurationUnreadable = Failure.Code("config.unreadable")
    /// A folder that is no workspace.
    package static let workspaceMissing = Failure.Code("workspace.missing")
}
