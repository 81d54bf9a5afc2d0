package import Model
package import Patches

/// Which files of the repository a patch means, and which services they belong to.
package struct PatchTarget: Hashable, Sendable {
    package var services: [Service]
    /// Put before every path of the patch: "" when the patch's paths are the repository's own.
    package var base: String

    /// For messages.
    var spoken: String { services.map { "'\($0.name)'" }.joined(separator: ", ") }

    package func path(_ name: String) -> String { base.isEmpty ? name : "\(base)/\(name)" }

    /// Tries every reading of the patch's paths - the workspace's, the folder `repos/`, each service's own - and
    /// returns the one that fits.
    ///
    /// - Parameter file: the one file that the target means, where it is one: of several readings it settles which.
    ///
    /// Throws `feedback.target` when none or more than one does.
    package static func resolve(
        _ diff: PatchSet, target name: String?, file: String? = nil, services: [Service], at revision: Revision,
        in repository: any RepairRepository
    ) async throws(Failure) -> PatchTarget {
        let named: Service?
        var doubt: Failure?
        do throws(Failure) {
            named = try namedService(name, services, file: file)
        } catch {
            // The paths may tell.
            named = nil
            doubt = error
        }
        var bases: [String] = ["", "repos"]
        bases += (named.map { [$0] } ?? services).map(\.path)
        var found: [PatchTarget] = []
        var seen: Set<String> = []
        for base in bases where seen.insert(base).inserted {
            guard try await fits(diff, base: base, at: revision, in: repository) else { continue }
            let paths = diff.files.flatMap { [$0.oldPath, $0.newPath].compactMap { $0 } }
            var target = PatchTarget(services: [], base: base)
            let owners = paths.map { owner(of: target.path($0), services, preferring: named) }
            for case let owner? in owners where !target.services.contains(where: { $0.name == owner.name }) {
                target.services.append(owner)
            }
            guard !owners.contains(where: { $0 == nil }) else { continue }
            if let named, target.services.map(\.name) != [named.name] { continue }
            found.append(target)
        }
        let names = diff.files.compactMap { $0.newPath ?? $0.oldPath }.joined(separator: ", ")
        if found.count > 1, let owner = file.flatMap({ owner(of: $0, services) }) {
            let settled = found.filter { $0.services.map(\.name) == [owner.name] }
            if settled.count == 1 { return settled[0] }
        }
        if found.count != 1, let doubt { throw doubt }
        if found.count == 1 {
            if named == nil, doubt == nil {
                try await refuseStranger(name, found[0], diff, services, at: revision, in: repository)
            }
            return found[0]
        }
        if found.isEmpty {
            try await refuseLinks(diff, bases: bases, at: revision, in: repository)
            throw Failure(
                .target, "no service has the files of the patch (\(names))",
                remedy: "write paths relative to the workspace or to one service")
        }
        let list = found.map {
            "\($0.spoken) (\($0.path(diff.files[0].newPath ?? diff.files[0].oldPath ?? "")))"
        }
        throw Failure(
            .target,
            "the paths of the patch (\(names)) fit more than one place: \(list.joined(separator: ", "))",
            remedy: "name the service with \"target\", or write paths relative to the workspace")
    }

    /// The service whose folder holds the path; the deepest where folders nest. Of several in one folder it is the one that
    /// the author named, else the first that is deployed: what only builds and tests serves another.
    static func owner(of path: String, _ services: [Service], preferring named: Service? = nil) -> Service? {
        let holding = services.filter { $0.remote == nil && ($0.path.isEmpty || path.hasPrefix($0.path + "/")) }
        guard let deepest = holding.map(\.path.utf8.count).max() else { return nil }
        let owners = holding.filter { $0.path.utf8.count == deepest }
        return owners.first { $0.name == named?.name }
            ?? owners.first { $0.plannedStages.contains(.deploy) } ?? owners.first
    }

    /// `target` may be a service's name, its folder, or a file in it: by its path, with or without `repos/`, or after the
    /// service's name.
    ///
    /// - Parameter file: what the target means as a file; where the name of one service is the folder of another it tells them
    ///   apart.
    ///
    /// Throws `feedback.target` with the services where there are several and no file tells.
    static func namedService(_ target: String?, _ services: [Service], file: String? = nil) throws(Failure) -> Service?
    {
        guard let target, !target.isEmpty else { return nil }
        if let exact = services.first(where: { $0.name.text == target }) { return exact }
        if let exact = services.first(where: { $0.path == target }) {
            return owner(of: target + "/", services) ?? exact
        }
        var found: [Service] = []
        let first = services.first { $0.remote == nil && !$0.path.isEmpty && target.hasPrefix($0.name.text + "/") }
        let readings = [first.map { $0.path + target.dropFirst($0.name.text.count) }, target, "repos/" + target]
        for case let reading? in readings {
            guard
                let owner = owner(of: reading + "/", services, preferring: first)
                    ?? owner(of: reading, services, preferring: first),
                !owner.path.isEmpty, !found.contains(where: { $0.path == owner.path })
            else { continue }
            found.append(owner)
        }
        // A path relative to its service says nothing about which; the patch's own paths decide.
        guard found.count > 1 else { return found.first }
        if let owner = file.flatMap({ owner(of: $0, services) }),
            let meant = found.first(where: { $0.path == owner.path })
        {
            return meant
        }
        throw Failure(
            .target,
            "the target '\(target)' may be of \(found.map { "'\($0.name)' ('\($0.path)')" }.joined(separator: " or "))",
            remedy: "write the whole path, relative to the workspace, or the service's name alone")
    }

    /// Where a file would be that the target names after a service, in the folder of that; nil where the target is written
    /// otherwise.
    static func newFile(_ target: String, _ services: [Service]) throws(Failure) -> String? {
        guard let service = try namedService(target, services), service.remote == nil, !service.path.isEmpty,
            target.hasPrefix(service.name.text + "/"), !target.hasPrefix(service.path + "/")
        else { return nil }
        return service.path + target.dropFirst(service.name.text.count)
    }

    /// A target that is neither a service nor anything in the one that the patch fits is a mistake, of a name or of a place.
    private static func refuseStranger(
        _ target: String?, _ place: PatchTarget, _ diff: PatchSet, _ services: [Service], at revision: Revision,
        in repository: any RepairRepository
    ) async throws(Failure) {
        guard let target, !target.isEmpty else { return }
        let names = diff.files.flatMap { [$0.oldPath, $0.newPath].compactMap { $0 } }
        if names.contains(where: { $0 == target || $0.hasSuffix("/\(target)") || $0.hasPrefix("\(target)/") }) {
            return
        }
        for path in [target] + place.services.map({ "\($0.path)/\(target)" }) where isPlain(path) {
            if try await repository.kind(of: path, at: revision) != nil { return }
        }
        throw Failure(
            .target, "the target '\(target)' is no service, and no file or folder of \(place.spoken)",
            remedy: "leave \"target\" out, or name one of \(services.map { "'\($0.name)'" }.joined(separator: ", "))")
    }

    private static func fits(
        _ diff: PatchSet, base: String, at revision: Revision, in repository: any RepairRepository
    ) async throws(Failure) -> Bool {
        for file in diff.files {
            if let old = file.oldPath {
                guard isPlain(old) else { return base.isEmpty }
                guard try await repository.kind(of: base.isEmpty ? old : "\(base)/\(old)", at: revision) != nil else {
                    return false
                }
            } else if let new = file.newPath {
                // A new file fits where its first folder, or at least its base, is there already.
                guard isPlain(new) else { return base.isEmpty }
                let first = new.split(separator: "/").first.map(String.init) ?? new
                let folder = new.contains("/") ? (base.isEmpty ? first : "\(base)/\(first)") : base
                if folder.isEmpty { continue }
                guard try await repository.kind(of: folder, at: revision) == .directory else { return false }
            }
        }
        return true
    }

    /// What lies behind a link is not there for git; "no such file" would send the author looking for the wrong mistake.
    private static func refuseLinks(
        _ diff: PatchSet, bases: [String], at revision: Revision, in repository: any RepairRepository
    ) async throws(Failure) {
        for base in bases {
            for name in diff.files.compactMap({ $0.oldPath ?? $0.newPath }) where isPlain(name) {
                let path = base.isEmpty ? name : "\(base)/\(name)"
                var prefix = ""
                for part in path.split(separator: "/").dropLast() {
                    prefix = prefix.isEmpty ? String(part) : "\(prefix)/\(part)"
                    guard try await repository.kind(of: prefix, at: revision) == .symbolicLink else { continue }
                    throw GuardPolicy.refusal(path, "'\(prefix)' is a symbolic link")
                }
            }
        }
    }

    /// Paths that climb out are left for `GuardPolicy` to refuse by name.
    private static func isPlain(_ path: String) -> Bool {
        !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
    }
}
