import Git
import Model

/// What is asked for what runs is done before origin is asked, and breaks off a question that origin does not answer: neither
/// needs the other.
extension CycleEngine {
    /// Asks origin, and does first, or meanwhile, what was asked for.
    ///
    /// - Returns: what origin says, and whether anything was done.
    func lookBesideOperations() async throws(Failure) -> (RevisionFollower.Sighting, hasOperated: Bool) {
        var hasOperated = false
        while true {
            isHurried = false
            if try await carryOutKnown() { hasOperated = true }
            let task = Task { [follower = parts.follower] () -> Result<RevisionFollower.Sighting, Failure> in
                do throws(Failure) { return .success(try await follower.look()) } catch { return .failure(error) }
            }
            looking = task
            if isHurried { task.cancel() }
            defer { looking = nil }
            do throws(Failure) {
                let sighting = try await waits.wait { () throws(Failure) in
                    try await withTaskCancellationHandler {
                        await task.value
                    } onCancel: {
                        task.cancel()
                    }.get()
                }
                return (sighting, hasOperated)
            } catch {
                guard task.isCancelled, !isEnding else { throw error }
            }
        }
    }

    /// Something was asked for: a look at origin that takes its time is made again afterwards.
    func hurry() async {
        guard (try? await parts.operations.pending().isEmpty) == false else { return }
        isHurried = true
        looking?.cancel()
    }

    /// Does what was asked for by what is known here. Where the commit that is followed cannot be planned, a newer one may be.
    private func carryOutKnown() async throws(Failure) -> Bool {
        guard !isEnding, try await !parts.operations.pending().isEmpty,
            let followed = try await parts.origin.repository.revision(of: parts.origin.followed)
        else { return false }
        let prospect: Prospect
        do throws(Failure) { prospect = try await plan(at: followed) } catch { return false }
        return try await carryOutOperations(prospect)
    }
}
