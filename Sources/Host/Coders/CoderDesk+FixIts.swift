import Diagnostics
import Git
import Model
import Repair
import Settings

/// The compiler's own proposals, tried before any coder is asked.
extension CoderDesk {
    /// Sends the next candidate that fits into the inbox; false where none is left.
    func sendFixIt(_ item: inout RepairCase) async throws(Failure) -> Bool {
        while let (feedback, pending) = try await nextFixIt(&item) {
            do throws(Failure) {
                try await post.send(feedback, as: pending, &item)
                return true
            } catch {
                guard error.code.rawValue == "usage.feedback" else { throw error }
                say("the compiler's fix-it is not tried: \(error)", item.service, .warning)
                item.fixItsTried += 1
            }
        }
        return false
    }

    /// The next candidate as a feedback, and how the case has it; nil where none is left.
    private func nextFixIt(_ item: inout RepairCase) async throws(Failure) -> (Feedback, RepairCase.Pending)? {
        guard settings.triesFixIts, item.report.stage == .build || item.report.stage == .test else { return nil }
        let policy = parts.options.repair.policy
        let folder = item.folder
        let candidates = FixItCandidates.propose(item.report.diagnostics) { file in
            do throws(Failure) {
                try policy.check(folder.isEmpty ? file : "\(folder)/\(file)")
                return true
            } catch { return false }
        }
        while item.fixItsTried < candidates.count {
            let candidate = candidates[item.fixItsTried]
            guard let patch = try await patch(candidate, item) else {
                item.fixItsTried += 1
                continue
            }
            let summary =
                candidate.errors.count == 1
                ? "Apply the compiler's fix-it: \(candidate.errors[0].message)"
                : "Apply the compiler's fix-its of \(candidate.errors.count) errors"
            var feedback = Feedback(
                id: try await post.nextID(of: item), description: summary, target: item.service.text,
                patches: [.init(patch, format: "unified")])
            feedback.base = item.report.revision
            say("trying the compiler's \(candidate.summary)", item.service)
            return (feedback, .init(id: feedback.id, isFixIt: true, description: summary, patches: []))
        }
        return nil
    }

    /// The candidate as a diff of the commit that failed; nil where it does not fit that.
    private func patch(_ candidate: FixItCandidate, _ item: RepairCase) async throws(Failure) -> String? {
        let repository = parts.origin.repository
        let old = try await repository.tree(of: item.report.revision)
        var edits: [TreeEdit] = []
        for file in candidate.files {
            let path = item.folder.isEmpty ? file : "\(item.folder)/\(file)"
            guard let content = try await repository.content(of: path, in: item.report.revision) else { return nil }
            do throws(Failure) {
                let fixed = try FixItEdit.apply(candidate.fixIts.filter { $0.file == file }, to: content)
                edits.append(.write(path: path, content: fixed))
            } catch {
                return nil
            }
        }
        let new = try await repository.edit(tree: old, edits)
        let diff = try await repository.diff(fromTree: old, toTree: new)
        return diff.text.isEmpty || diff.omittedBytes > 0 ? nil : diff.text
    }
}
