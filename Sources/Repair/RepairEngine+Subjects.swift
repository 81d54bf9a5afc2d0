import Model
import Patches

/// What a rejection says of the files that it speaks of, so that the next try can be made against them.
extension RepairEngine {
    private static let mostSubjects = 20

    /// The files that the patches name, as main had them; nothing of those that cannot be told.
    func subjects(of feedback: Feedback, in sight: Sight) async -> [Verdict.Subject] {
        let (tip, services) = (sight.tip, sight.services)
        var found: [Verdict.Subject] = []
        for patch in feedback.patches {
            let target = patch.target ?? feedback.target
            for name in names(in: patch, target: target) where found.count < Self.mostSubjects {
                guard let path = await path(of: name, target: target, services, tip),
                    !found.contains(where: { $0.file == path }),
                    let content = try? await repository.content(
                        of: path, at: tip, limit: options.policy.maximumFileBytes)
                else { continue }
                let lines = content.reduce(0) { $0 + ($1 == 10 ? 1 : 0) } + (content.last.map { $0 == 10 ? 0 : 1 } ?? 0)
                found.append(Verdict.Subject(file: path, sha256: SHA256.hex(of: content), lines: lines))
            }
        }
        return found
    }

    private func names(in patch: Feedback.Patch, target: String?) -> [String] {
        let format = patch.format.flatMap { PatchFormat(rawValue: $0) }
        guard let set = try? PatchReader.read(Array(patch.text.utf8), format: format, target: target) else { return [] }
        return set.files.map { $0.oldPath ?? $0.newPath ?? "" }
    }

    private func path(of name: String, target: String?, _ services: [Service], _ tip: Revision) async -> String? {
        let named = (try? PatchTarget.namedService(target, services)) ?? nil
        for reading in [named.map { "\($0.path)/\(name)" }, name].compactMap({ $0 }) {
            if let path = try? await TargetFile.path(reading, services: services, at: tip, in: repository) {
                return path
            }
        }
        return nil
    }
}
