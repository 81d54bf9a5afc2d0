import Diagnostics
import Git
import Model

/// What a service is made of, at one commit and another.
extension CoderDesk {
    /// What belongs to the service beside its folder.
    func inputs(of item: RepairCase, at revision: Revision) async throws(Failure) -> [String] {
        try await parts.services(at: revision).first { $0.name == item.service }?.inputs ?? []
    }

    /// Whether "it is there already" is said of the very sources that failed: a model that writes what stands there has mended
    /// nothing. On a main that has moved on, somebody else may have mended it.
    func changesNothing(_ verdict: Verdict, _ item: RepairCase) async throws(Failure) -> Bool {
        guard verdict.decision == .alreadyApplied, let base = verdict.base else { return false }
        let failed = item.report.revision
        guard base != failed else { return true }
        let source = [FingerprintSource(path: item.folder, inputs: try await inputs(of: item, at: base))]
        let repository = parts.origin.repository
        let now = try await repository.fingerprints(of: source, at: base)
        do throws(Failure) { return try await repository.fingerprints(of: source, at: failed) == now } catch {
            // A commit that is not here any more says nothing.
            guard error.code == .gitNotFound else { throw error }
            return false
        }
    }
}
