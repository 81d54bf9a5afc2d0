package import Model

extension CoderProposal {
    /// The proposal as it goes into the inbox; nil where a working tree holds it, whose difference somebody else takes.
    /// - Parameters:
    ///   - fallback: the message where the coder gave none.
    ///   - base: the commit that the coder saw.
    package func feedback(id: String, service: ServiceName, base: Revision?, fallback: String) -> Feedback? {
        guard case .patches(let patches) = change else { return nil }
        return Feedback(
            id: id, description: message ?? fallback, target: service.text,
            patches: patches.map { Feedback.Patch($0.text, target: $0.target) }, base: base)
    }
}
