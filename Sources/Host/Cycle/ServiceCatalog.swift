import Documents
import Git
import Model
import Pipeline

/// Which services the workspace has at a commit: as `deployer.yaml` names them, else as plugins recognise the folders
/// under `repos/`.
struct ServiceCatalog: Sendable {
    typealias Entry = FolderServices.Entry

    struct Listing: Sendable {
        var entries: [Entry]
        /// What was recognised, folder by folder; nil where `deployer.yaml` names the services.
        var folders: [FolderServices]?
        /// Whether every plugin got to answer.
        var isComplete = true
        /// Services whose entry in `deployer.yaml` says what cannot be meant. A kind that nobody offers may be one whose
        /// plugin is missing on this machine.
        var mistaken: Set<ServiceName> = []
    }

    /// What plugins say of a folder, and whether all of them got to answer.
    typealias Detect = @Sendable (String) async -> (found: [Detection], isComplete: Bool)

    /// What the plugin of a kind offers.
    struct Offer: Sendable {
        var stages: [Stage]
        /// Where its services stand among those of one folder.
        var order: Int
    }

    let repository: GitRepository
    /// nil where no plugin serves the kind.
    let offers: @Sendable (String) async -> Offer?
    /// All kinds that plugins serve.
    let kinds: @Sendable () async -> [String]
    /// Where the entry of a service in `deployer.yaml` says something, by JSON Pointer.
    let place: @Sendable (ServiceName, String) -> String?
    let detect: Detect
    let looks: DetectionFolder
    let memory: DetectionMemory
    let companions: CompanionPolicy

    /// - Parameters:
    ///   - configured: the services of the configuration in force with their digests; nil without a file.
    ///   - known: what the names of services stand for on this machine.
    func listing(
        at revision: Revision, configured: [(service: Service, digest: String)]?, known: KnownServices
    ) async throws(Failure) -> Listing {
        guard let configured else { return try await recognised(at: revision, known) }
        var entries: [Entry] = []
        var mistaken: Set<ServiceName> = []
        var kinds: [String: Offer] = [:]
        for (service, digest) in configured {
            let offer = await offers(service.kind)
            kinds[service.kind] = offer
            var entry = Entry(service: service, digest: digest)
            if let obstacle = Self.obstacle(
                to: service, offered: offer?.stages, kinds: offer == nil ? await self.kinds() : [])
            {
                let place = place(service.name, offer == nil ? "/kind" : "/stages")
                entry.obstacle = (place.map { "\($0): " } ?? "") + obstacle.text
                if obstacle.isMistake { mistaken.insert(service.name) }
            }
            entries.append(entry)
        }
        return Listing(entries: Self.ordered(entries, kinds), folders: nil, mistaken: mistaken)
    }

    /// A stage that is named but that nobody has would be passed over as if it had been done.
    /// - Parameter kinds: what there is instead of a kind that nobody offers.
    private static func obstacle(to service: Service, offered: [Stage]?, kinds: [String]) -> (
        text: String, isMistake: Bool
    )? {
        guard let offered else {
            let near = Spelling.nearest(to: service.kind, among: kinds)
            let text = "no plugin offers the kind '\(service.kind)'"
            return (text + (near.map { " - did you mean '\($0)'?" } ?? "; see `list-plugins`"), near != nil)
        }
        let missing = (service.stages ?? []).filter { stage in
            // These two may be the operator's own: a script, a probe.
            !offered.contains(stage) && stage != .restart && !(stage == .health && service.health != nil)
        }
        guard !missing.isEmpty else { return nil }
        let names = missing.map { stage in
            let near = Spelling.nearest(to: stage.rawValue, among: offered.map(\.rawValue))
            return "'\(stage)'" + (near.map { " (did you mean '\($0)'?)" } ?? "")
        }.joined(separator: ", ")
        let known = offered.map(\.rawValue).joined(separator: ", ")
        return ("its kind '\(service.kind)' has no stage \(names), which deployer.yaml names; it has: \(known)", true)
    }

    private static func ordered(_ entries: [Entry], _ kinds: [String: Offer]) -> [Entry] {
        let services = FolderOrder.apply(to: entries.map(\.service)) { kinds[$0]?.order ?? FolderOrder.usual }
        return zip(entries, services).map { entry, service in
            var entry = entry
            entry.service = service
            return entry
        }
    }

    private func recognised(at revision: Revision, _ known: KnownServices) async throws(Failure) -> Listing {
        let folders = try await repository.listing(of: "repos", in: revision) ?? []
        let looked = try await look(at: folders.filter { $0.mode == .tree }, in: revision)
        var kinds: [String: Offer] = [:]
        for kind in Set(looked.flatMap { $0.found.map(\.kind) } + known.meanings.values.map(\.kind)) {
            kinds[kind] = await offers(kind)
        }
        let naming = FolderNaming(known: known, companions: companions, offers: kinds.mapValues(\.stages))
        var listing = Listing(entries: [], folders: [], isComplete: looked.allSatisfy(\.isComplete))
        for folder in looked.sorted(by: { $0.path < $1.path }) {
            let services = naming.services(of: folder.path, folder.found, isComplete: folder.isComplete)
            listing.entries += services.entries
            listing.folders?.append(services)
        }
        listing.entries = Self.ordered(listing.entries, kinds)
        for folder in folders where folder.mode == .commit {
            guard let name = ServiceName(folder.path.dropFirst("repos/".count)) else { continue }
            listing.entries.append(
                Entry(
                    service: Service(name: name, path: folder.path, kind: "submodule"),
                    obstacle: "'\(folder.path)' is a submodule; give the service a `remote:` in deployer.yaml instead"))
        }
        return listing
    }

    private struct Looked: Sendable {
        var path: String
        var found: [Detection]
        var isComplete: Bool
    }

    /// What plugins say of folders, from memory where nothing has changed.
    private func look(at folders: [TreeEntry], in revision: Revision) async throws(Failure) -> [Looked] {
        var looked: [Looked] = []
        var unknown: [TreeEntry] = []
        for folder in folders {
            if let earlier = await memory.detections(of: folder.id) {
                looked.append(Looked(path: folder.path, found: earlier, isComplete: true))
            } else {
                unknown.append(folder)
            }
        }
        guard !unknown.isEmpty else { return looked }
        let selection = PathSelection(paths: unknown.map(\.path))
        looked += try await looks.look(at: revision, selection: selection) { [unknown] root in
            var answers: [Looked] = []
            for folder in unknown {
                let answer = await detect("\(root)/\(folder.path)")
                // One that crashed or was too slow may say something else the next time.
                if answer.isComplete { await memory.remember(answer.found, of: folder.id) }
                answers.append(Looked(path: folder.path, found: answer.found, isComplete: answer.isComplete))
            }
            return answers
        }
        await memory.settle(on: folders.map(\.id))
        return looked
    }
}
