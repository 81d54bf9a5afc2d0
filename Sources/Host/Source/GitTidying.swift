import Git
import Model

/// What a repository of the daemon's needs from time to time, between two cycles and never in one.
enum GitTidying {
    /// Returns what people should know.
    static func tidy(_ repository: GitRepository) async throws(Failure) -> [String] {
        var notes = try await removeLocks(of: repository.path)
        if case .merged(let summary) = try await GitRepository.mergePacks(of: repository.path) {
            try await repository.reopen()
            notes.append("\(summary.packsBefore) packs were merged into \(summary.packsAfter)")
        }
        return notes
    }

    /// A lock whose holder was killed keeps references and index as they are for ever.
    static func removeLocks(of path: String) async throws(Failure) -> [String] {
        try await GitRepository.removeStaleLocks(path).map { "a lock that a killed process left was removed: \($0)" }
    }
}
