import Git
import Model

/// Which services the workspace has at a commit: as `deployer.yaml` names them, else as plugins recognise the folders
/// under `repos/`.
struct ServiceCatalog: Sendable {
    struct Entry: Sendable {
        var service: Service
        /// Names the service's entry in the configuration.
        var digest: String
        /// Why it cannot be deployed; nil when it can.
        var obstacle: String?
    }
    struct Listing: Sendable {
        var entries: [Entry]
    }

    /// What plugins say of a folder, and whether all of them got to answer.
    typealias Detect = @Sendable (String) async -> (found: [Detection], isComplete: Bool)

    let repository: GitRepository
    /// The stages of the plugin that serves a kind; nil where none does.
    let offers: @Sendable (String) async -> [Stage]?
    let detect: Detect
    let looks: DetectionFolder
    let memory: DetectionMemory

    /// - Parameter configured: the services of the configuration in force with their digests; nil without a file.
    func listing(at revision: Revision, configured: [(service: Service, digest: String)]?) async throws(Failure)
        -> Listing
    {
        guard let configured else { return Listing(entries: try await detected(at: revision)) }
        var entries: [Entry] = []
        for (service, digest) in configured {
            entries.append(
                Entry(
                    service: service, digest: digest,
                    obstacle: Self.obstacle(to: service, offered: await offers(service.kind))))
        }
        return Listing(entries: entries)
    }

    /// A stage that is named but that nobody has would be passed over as if it had been done.
    static func obstacle(to service: Service, offered: [Stage]?) -> String? {
        guard let offered else { return "no plugin offers the kind '\(service.kind)'; see `list-plugins`" }
        let missing = (service.stages ?? []).filter { stage in
            // These two may be the operator's own: a script, a probe.
            !offered.contains(stage) && stage != .restart && !(stage == .health && service.health != nil)
        }
        guard !missing.isEmpty else { return nil }
        let names = missing.map { "'\($0)'" }.joined(separator: ", ")
        let known = offered.map(\.rawValue).joined(separator: ", ")
        return "its kind '\(service.kind)' has no stage \(names), which deployer.yaml names; it has: \(known)"
    }

    private func detected(at revision: Revision) async throws(Failure) -> [Entry] {
        let folders = try await repository.listing(of: "repos", in: revision) ?? []
        var known: [(TreeEntry, [Detection])] = []
        var unknown: [TreeEntry] = []
        for folder in folders where folder.mode == .tree {
            if let earlier = await memory.detections(of: folder.id) {
                known.append((folder, earlier))
            } else {
                unknown.append(folder)
            }
        }
        if !unknown.isEmpty {
            known += try await looks.look(at: revision, paths: unknown.map(\.path)) { [unknown] root in
                var answers: [(TreeEntry, [Detection])] = []
                for folder in unknown {
                    let answer = await detect("\(root)/\(folder.path)")
                    // One that crashed or was too slow may say something else the next time.
                    if answer.isComplete { await memory.remember(answer.found, of: folder.id) }
                    answers.append((folder, answer.found))
                }
                return answers
            }
            await memory.settle(on: folders.filter { $0.mode == .tree }.map(\.id))
        }
        var entries = known.sorted { $0.0.path < $1.0.path }.flatMap { Self.entries(of: $0.0, $0.1) }
        for folder in folders where folder.mode == .commit {
            guard let name = ServiceName(folder.path.dropFirst("repos/".count)) else { continue }
            entries.append(
                Entry(
                    service: Service(name: name, path: folder.path, kind: "submodule"), digest: "",
                    obstacle: "'\(folder.path)' is a submodule; give the service a `remote:` in deployer.yaml instead"))
        }
        return entries
    }

    /// One kind makes a service of the folder's name, several make `folder/kind` each.
    static func entries(of folder: TreeEntry, _ detections: [Detection]) -> [Entry] {
        let last = folder.path.split(separator: "/").last.map(String.init) ?? folder.path
        guard ServiceName(last) != nil else { return [] }
        var best: [String: Detection] = [:]
        for detection in detections where detection.confidence > best[detection.kind]?.confidence ?? 0 {
            best[detection.kind] = detection
        }
        if best.isEmpty, let name = ServiceName(last) {
            return [
                Entry(
                    service: Service(name: name, path: folder.path, kind: "unknown"), digest: "",
                    obstacle: "no plugin recognises '\(folder.path)'; name its kind in deployer.yaml, or add a plugin")
            ]
        }
        return best.keys.sorted().compactMap { kind in
            guard let name = ServiceName(best.count == 1 ? last : "\(last)/\(kind)") else { return nil }
            var service = Service(name: name, path: folder.path, kind: kind)
            service.evidence = best[kind]?.evidence
            service.group = best.count == 1 ? nil : last
            return Entry(service: service, digest: "", obstacle: nil)
        }
    }
}
