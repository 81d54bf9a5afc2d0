import Model
import PluginKit

/// Removes what old releases leave on the engine: images under tags of ours, networks of ours, records of the build cache
/// that our builds made. The engine refuses what is in use; what others made has no tag or label of ours.
struct Retention<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private let list: ContainerList<Host>

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
        list = ContainerList(engine, work.host)
    }

    /// What goes wrong here is said and no failure: the deployment itself has succeeded.
    func clean(keeping: Set<String>) throws {
        let known = try work.store.releases().map(\.record)
        let removed = try work.store.prune(keep: work.options.keepReleases, always: keeping)
        let kept = try work.store.releases().map(\.record)
        for record in removed { work.host.log("removed release \(record.revision.prefix(12))") }
        do {
            try removeImages(of: known, kept: kept)
            try removeNetworks(kept: kept, known: known)
            if engine.family == .docker { try BuildCache(work, engine).prune(removed: removed, kept: kept) }
        } catch let failure as Failure {
            work.host.log("not everything old could be removed: \(failure)", level: .warning)
        }
    }

    private func removeImages(of known: [ReleaseRecord], kept: [ReleaseRecord]) throws {
        let wanted = Set(kept.flatMap { $0.pins.values.map(\.reference) })
        // What was built of a kept revision is deployed again under that revision's tag, whatever tag it is pinned by.
        let revisions = Set(kept.map { $0.revision.prefix(12) }).union([work.call.tag[...]])
        var repositories: Set<String> = []
        for record in known {
            for name in record.pins.keys { repositories.insert(work.repository(record.project, name)) }
        }
        try removeOldNames(of: known, but: wanted, ours: repositories)
        for repository in repositories.sorted() {
            for line in try list.lines(["images", "--format", "{{.Repository}}:{{.Tag}}", repository]) {
                // podman names its own registry.
                let reference = line.hasPrefix("localhost/") ? String(line.dropFirst(10)) : line
                guard Self.repository(of: reference) == repository, Self.isOurs(reference), !wanted.contains(reference),
                    !revisions.contains(reference.suffix(12))
                else { continue }
                let end = try work.host.run(engine.ask(["rmi", reference]), onOutput: nil)
                if end.succeeded { work.host.log("removed image \(reference)", level: .debug) }
            }
        }
    }

    /// Names that an older version gave: another service may have the same, so only what a record of ours holds is removed,
    /// and only while it is the same image.
    private func removeOldNames(of known: [ReleaseRecord], but wanted: Set<String>, ours: Set<String>) throws {
        let pins = Set(known.flatMap(\.pins.values)).filter {
            Self.isOurs($0.reference) && !wanted.contains($0.reference)
                && !ours.contains(Self.repository(of: $0.reference))
        }
        for pin in pins.sorted(by: { $0.reference < $1.reference }) where try list.image(pin.reference) == pin.id {
            let end = try work.host.run(engine.ask(["rmi", pin.reference]), onOutput: nil)
            if end.succeeded { work.host.log("removed image \(pin.reference)", level: .debug) }
        }
    }

    static func repository(of reference: String) -> String {
        reference.lastIndex(of: ":").map { String(reference[..<$0]) } ?? reference
    }

    /// Our tags are the first twelve digits of a revision.
    static func isOurs(_ reference: String) -> Bool {
        guard let colon = reference.lastIndex(of: ":") else { return false }
        let tag = reference[reference.index(after: colon)...]
        return tag.count == 12 && tag.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }

    /// Networks of the project that no kept release has. The engine keeps one that a container uses.
    private func removeNetworks(kept: [ReleaseRecord], known: [ReleaseRecord]) throws {
        let wanted = Set(kept.flatMap(\.networks)).union(["default"])
        let ours = Set(known.flatMap(\.networks)).subtracting(wanted)
        guard !ours.isEmpty, let project = kept.last?.project else { return }
        let listed = try list.lines([
            "network", "ls", "--format", "{{.Name}}", "--filter", "label=com.docker.compose.project=\(project)",
        ])
        for name in listed where ours.contains(where: { name == "\(project)_\($0)" }) {
            let end = try work.host.run(engine.ask(["network", "rm", name]), onOutput: nil)
            if end.succeeded { work.host.log("removed network \(name)", level: .debug) }
        }
    }
}
