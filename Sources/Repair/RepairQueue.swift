package import Model

/// Who may work on a patch now: patches for different services side by side, those for one service in the order in which
/// they came, and never more at a time than the machine is to carry.
///
/// A feedback takes its place when it is read, and says what it is for once it is located. One behind it waits until
/// everything before it has said so, and then for what shares something with it. Actions are nothing that the machine has to
/// carry, and concern what runs: they wait for each other, never for a patch, and no patch waits for them.
package actor RepairQueue {
    /// One feedback's place.
    package struct Place: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct Feedback {
        var id: String
        /// nil until it is said.
        var claims: Set<String>?
        var isAtWork = false
        var isAction = false
    }

    private enum Condition {
        case idIsFree
        case claimsAreFree
        case isFirst
    }

    private struct Waiter {
        var condition: Condition
        var resume: CheckedContinuation<Bool, Never>
    }

    private let limit: Int
    private var next = 0
    private var feedbacks: [Int: Feedback] = [:]
    private var waiters: [Int: Waiter] = [:]

    /// - Parameter limit: how many are worked on at a time; at least one.
    package init(limit: Int) { self.limit = max(1, limit) }

    /// The place behind all others. Whoever takes it must leave it.
    package func take(id: String, isAction: Bool = false) -> Place {
        next += 1
        feedbacks[next] = Feedback(id: id, isAction: isAction)
        return Place(number: next)
    }

    /// Waits while an earlier feedback of the same id is on its way; nobody behind waits for it meanwhile. Throws when the
    /// task is cancelled.
    package func begin(_ place: Place) async throws(Failure) {
        // Who is behind must not slip past meanwhile.
        if take(.idIsFree, for: place.number) { return }
        feedbacks[place.number]?.claims = []
        defer { feedbacks[place.number]?.claims = nil }
        wake()
        _ = try await wait(place, .idIsFree)
    }

    /// Waits until the claims are nobody else's, and holds them until the place is left, or others are asked for: those that
    /// are held are given up first. Throws when the task is cancelled.
    ///
    /// - Returns: whether the world may be another one than before.
    package func enter(_ place: Place, claims: Set<String>) async throws(Failure) -> Bool {
        if let held = feedbacks[place.number], held.isAtWork, claims.isSubset(of: held.claims ?? []) { return false }
        feedbacks[place.number]?.claims = claims
        feedbacks[place.number]?.isAtWork = false
        wake()
        return try await wait(place, .claimsAreFree)
    }

    /// Waits until every patch before it is over; nobody behind waits for it meanwhile. Throws when the task is cancelled.
    ///
    /// - Returns: whether there was something.
    package func settle(_ place: Place) async throws(Failure) -> Bool {
        stepAside(place)
        defer { feedbacks[place.number]?.claims = nil }
        return try await wait(place, .isFirst)
    }

    /// Lets everybody behind pass until claims are made again.
    package func stepAside(_ place: Place) {
        feedbacks[place.number]?.claims = []
        feedbacks[place.number]?.isAtWork = false
        wake()
    }

    package func leave(_ place: Place) {
        feedbacks[place.number] = nil
        wake()
    }

    private func wait(_ place: Place, _ condition: Condition) async throws(Failure) -> Bool {
        let number = place.number
        if take(condition, for: number) { return false }
        let isGranted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { return continuation.resume(returning: false) }
                waiters[number] = Waiter(condition: condition, resume: continuation)
            }
        } onCancel: {
            Task { await self.giveUp(number) }
        }
        guard isGranted else {
            throw Failure(.init("repair.not-tried"), "the work was ended before it was tried", scheduling: .retry)
        }
        return true
    }

    private func giveUp(_ number: Int) { waiters.removeValue(forKey: number)?.resume.resume(returning: false) }

    /// Lets those go on that can, the earliest first.
    private func wake() {
        for number in waiters.keys.sorted() {
            guard let waiter = waiters[number], take(waiter.condition, for: number) else { continue }
            waiters[number] = nil
            waiter.resume.resume(returning: true)
        }
    }

    /// True when the condition holds; what it is about is then this one's.
    private func take(_ condition: Condition, for number: Int) -> Bool {
        guard let feedback = feedbacks[number] else { return true }
        let earlier = feedbacks.filter { $0.key < number }.values
        switch condition {
        case .idIsFree: return !earlier.contains { $0.id == feedback.id }
        case .isFirst: return earlier.allSatisfy(\.isAction)
        case .claimsAreFree:
            let claims = feedback.claims ?? []
            let before = earlier.filter { $0.isAction == feedback.isAction }
            guard before.allSatisfy({ $0.claims?.isDisjoint(with: claims) ?? false }) else { return false }
            let atWork = feedbacks.values.filter { $0.isAtWork && $0.isAction == feedback.isAction }
            guard feedback.isAction || atWork.count < limit,
                atWork.allSatisfy({ $0.claims?.isDisjoint(with: claims) ?? true })
            else { return false }
            feedbacks[number]?.isAtWork = true
            return true
        }
    }
}
