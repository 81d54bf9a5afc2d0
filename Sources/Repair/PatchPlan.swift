package import Model
package import Patches

/// A patch turned into file contents: located, guarded, complete, and nothing written anywhere yet.
package struct PatchPlan: Hashable, Sendable {
    /// Those that the files belong to, in their order.
    package var services: [Service]
    package var edits: [FileEdit]
    package var placements: [Verdict.Placement]
    /// The repository already reads as the patch wants it.
    package var isAlreadyApplied: Bool

    /// - Parameters:
    ///   - file: the one file that `named` means, where it is one.
    ///   - base: the commit the author saw, where it is known: a file that has changed since is merged.
    ///
    /// Throws `feedback.target`, `feedback.refused`, `feedback.conflict` or `feedback.ambiguous`.
    package static func make(
        _ diff: PatchSet, target named: String?, file: String? = nil, services: [Service], policy: GuardPolicy,
        at revision: Revision, base: Revision? = nil, in repository: any RepairRepository
    ) async throws(Failure) -> PatchPlan {
        guard diff.files.count <= policy.maximumFiles else {
            throw Failure(
                .refused,
                "the patch touches \(diff.files.count) files; \(policy.maximumFiles) are allowed",
                remedy: "send smaller patches")
        }
        // Paths that leave the repository are refused as such, before anything is looked up.
        for file in diff.files {
            for name in [file.oldPath, file.newPath].compactMap({ $0 }) { try policy.checkShape(name) }
        }
        try await refuseOwnConfiguration(diff, services, at: revision, in: repository)
        let target = try await PatchTarget.resolve(
            diff, target: named, file: file, services: services, at: revision, in: repository)
        var plan = PatchPlan(services: target.services, edits: [], placements: [], isAlreadyApplied: false)
        var unchanged = true
        var touched: Set<String> = []
        for file in diff.files {
            for path in Set([file.oldPath, file.newPath].compactMap { $0 }.map(target.path)) {
                try policy.check(path)
                try await refuseDetours(path, at: revision, in: repository)
                guard touched.insert(path).inserted else {
                    throw Failure(
                        .refused, "the patch names '\(path)' twice", remedy: "merge its hunks")
                }
            }
            let isNoOp = try await plan.add(
                file, target: target, policy: policy, at: revision, base: base, in: repository)
            unchanged = unchanged && isNoOp
        }
        try refuseFilesInFiles(plan.edits)
        plan.isAlreadyApplied = unchanged
        return plan
    }

    /// A patch for the deployer's own files means those: what is at no service is not a file of that name in some service.
    private static func refuseOwnConfiguration(
        _ diff: PatchSet, _ services: [Service], at revision: Revision, in repository: any RepairRepository
    ) async throws(Failure) {
        for file in diff.files {
            for name in [file.oldPath, file.newPath].compactMap({ $0 })
            where GuardPolicy.isOwnConfiguration(name) && PatchTarget.owner(of: name, services) == nil {
                let isThere = try await repository.kind(of: name, at: revision) != nil
                // One that a service has, and the workspace has not, can only be the service's.
                guard isThere || name != file.oldPath else { continue }
                throw Failure(
                    .refused, "the patch may not touch '\(name)': it is the deployer's own configuration",
                    remedy:
                        "ask the operator to make the change; a service's file of that name is written with its folder, "
                        + "such as \(services.first.map { "'\($0.path)/\(name)'" } ?? "'repos/…/\(name)'")")
            }
        }
    }

    /// Of what the patch makes, nothing may lie in a file that it makes as well.
    private static func refuseFilesInFiles(_ edits: [FileEdit]) throws(Failure) {
        let files = Set(edits.filter { $0.content != nil }.map(\.path))
        for path in files.sorted() {
            var prefix = ""
            for part in path.split(separator: "/").dropLast() {
                prefix = prefix.isEmpty ? String(part) : "\(prefix)/\(part)"
                guard files.contains(prefix) else { continue }
                throw GuardPolicy.refusal(path, "the patch makes '\(prefix)' a file")
            }
        }
    }

    /// No component of the path may be a link or another repository.
    private static func refuseDetours(_ path: String, at revision: Revision, in repository: any RepairRepository)
        async throws(Failure)
    {
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix = prefix.isEmpty ? String(part) : "\(prefix)/\(part)"
            switch try await repository.kind(of: prefix, at: revision) {
            case .symbolicLink: throw GuardPolicy.refusal(path, "'\(prefix)' is a symbolic link")
            case .submodule: throw GuardPolicy.refusal(path, "'\(prefix)' is a submodule, another repository")
            case .file where prefix != path: throw GuardPolicy.refusal(path, "'\(prefix)' is a file")
            case .directory where prefix == path: throw GuardPolicy.refusal(path, "it is a folder")
            default: break
            }
        }
    }

    /// Returns true when the file already is as the patch wants it.
    private mutating func add(
        _ file: FilePatch, target: PatchTarget, policy: GuardPolicy, at revision: Revision, base: Revision?,
        in repository: any RepairRepository
    ) async throws(Failure) -> Bool {
        let oldPath = file.oldPath.map(target.path)
        let newPath = file.newPath.map(target.path)
        if file.newMode == "120000" || file.newMode == "160000" {
            throw GuardPolicy.refusal(newPath ?? oldPath ?? "", "it would become a symbolic link or a submodule")
        }
        let limit = policy.maximumFileBytes
        let name = newPath ?? oldPath ?? ""
        // What a creation or a whole file would replace is read as well: it may be there already.
        let source = oldPath ?? name
        let before = try await repository.content(of: source, at: revision, limit: limit)
        var wasExecutable = false
        if case .file(let executable)? = try await repository.kind(of: source, at: revision) {
            wasExecutable = executable
        }
        if let oldPath, let newPath, oldPath != newPath,
            try await repository.kind(of: newPath, at: revision) != nil
        {
            throw Failure(
                .conflict, "'\(oldPath)' is to become '\(newPath)', which is there already",
                remedy: "choose another name, or change that file instead")
        }
        var known: (applied: PatchApplier.Applied, isMerged: Bool)?
        if let base, let before {
            known = try await Self.merged(
                file, source: source, name: name, today: before, base: base, limit: limit, in: repository)
        }
        let applied: PatchApplier.Applied
        if let known { applied = known.applied } else { applied = try Self.applied(file, to: before, name: name) }
        placements += applied.placements.map { placement in
            Verdict.Placement(
                file: name, statedLine: placement.statedLine ?? 0, appliedLine: placement.line,
                method: known?.isMerged == true ? "\(placement.method), merged" : placement.method)
        }
        guard let content = applied.content else {
            if before == nil { return true }
            edits.append(FileEdit(path: name, content: nil))
            return false
        }
        if file.kind == .create, applied.isUnchanged { return true }
        let isExecutable = file.newMode.map { $0 == "100755" } ?? wasExecutable
        try policy.checkMode(name, isExecutable: isExecutable, wasExecutable: wasExecutable)
        guard content.count <= limit else {
            throw GuardPolicy.refusal(name, "it would grow to \(content.count) bytes")
        }
        if file.kind == .rename, let oldPath { edits.append(FileEdit(path: oldPath, content: nil)) }
        edits.append(FileEdit(path: name, content: content, isExecutable: isExecutable))
        return source == name && applied.isUnchanged && before != nil && isExecutable == wasExecutable
    }

    /// What the patch makes of the file that its author saw, merged with what became of that file since. nil where
    /// there was no such file, the patch is not for it, or both changed the same lines: then today's file decides alone.
    private static func merged(
        _ file: FilePatch, source: String, name: String, today: [UInt8], base: Revision, limit: Int,
        in repository: any RepairRepository
    ) async throws(Failure) -> (applied: PatchApplier.Applied, isMerged: Bool)? {
        guard [.modify, .rename, .whole].contains(file.kind), !file.hunks.isEmpty || file.content != nil,
            let then = try await repository.content(of: source, at: base, limit: limit)
        else { return nil }
        var applied: PatchApplier.Applied
        do throws(PatchRejection) {
            applied = try PatchApplier.apply(file, to: then, file: name, knowing: .base)
        } catch {
            return nil
        }
        if then == today { return (applied, false) }
        guard let theirs = applied.content,
            let content = try await repository.merge(base: then, ours: today, theirs: theirs)
        else { return nil }
        applied.content = content
        applied.isUnchanged = content == today
        return (applied, true)
    }

    private static func applied(_ file: FilePatch, to content: [UInt8]?, name: String) throws(Failure)
        -> PatchApplier.Applied
    {
        do throws(PatchRejection) {
            return try PatchApplier.apply(file, to: content, file: name)
        } catch {
            throw error.failure
        }
    }
}
