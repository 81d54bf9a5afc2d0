import Model

/// Reads a JSON object whose shape the forge's interface promises; a member that is missing or of another type is named.
struct Members: Sendable {
    let value: JSONValue
    /// What it is: `pull request`.
    let what: String
    let server: String

    private func bad(_ name: String, _ problem: String) -> Failure {
        Failure(
            .forgeBadAnswer, "\(server) sent a \(what) \(problem) '\(name)'",
            remedy: "Check that the forge is of the kind that is configured, and of a version that is supported.",
            scheduling: .retry)
    }

    private func member(_ name: String) throws(Failure) -> JSONValue {
        guard case .object(let members) = value else { throw bad(name, "that is no object with") }
        guard let member = members[name], member != .null else { throw bad(name, "without") }
        return member
    }

    func string(_ name: String) throws(Failure) -> String {
        guard case .string(let text) = try member(name) else { throw bad(name, "with a strange") }
        return text
    }

    func integer(_ name: String) throws(Failure) -> Int {
        guard case .integer(let number) = try member(name), let whole = Int(exactly: number) else {
            throw bad(name, "with a strange")
        }
        return whole
    }

    func revision(_ name: String) throws(Failure) -> Revision {
        guard let id = Revision(try string(name)) else { throw bad(name, "with a strange") }
        return id
    }

    func object(_ name: String) throws(Failure) -> Members {
        let member = try member(name)
        guard case .object = member else { throw bad(name, "with a strange") }
        return Members(value: member, what: "\(what)'s \(name)", server: server)
    }

    // What may be missing.
    func text(_ name: String) -> String? { value[name]?.string }
    func flag(_ name: String) -> Bool? {
        if case .bool(let flag)? = value[name] { return flag }
        return nil
    }
    func commit(_ name: String) -> Revision? { value[name]?.string.flatMap { Revision($0) } }
    func part(_ name: String) -> Members? {
        guard let member = value[name], case .object = member else { return nil }
        return Members(value: member, what: "\(what)'s \(name)", server: server)
    }
}
