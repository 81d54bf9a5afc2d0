package import Model

/// Makes services of what plugins recognise in a folder. Pure.
///
/// One claim makes a service of the folder's name, several make `folder/kind` each, and what is deployed already keeps its
/// name whatever else is recognised later. A companion never changes the name of the folder's own service.
package struct FolderNaming: Sendable {
    /// Less is no claim (plugin_api.h).
    package static let leastConfidence = 50

    package var known: KnownServices
    package var companions: CompanionPolicy
    /// The stages of the plugin that serves a kind.
    package var offers: [String: [Stage]]

    package init(known: KnownServices, companions: CompanionPolicy, offers: [String: [Stage]]) {
        self.known = known
        self.companions = companions
        self.offers = offers
    }

    /// - Parameters:
    ///   - path: of the folder, from the workspace's root.
    ///   - detections: what plugins said of it; of equals the first counts.
    ///   - isComplete: whether all of them got to answer.
    package func services(of path: String, _ detections: [Detection], isComplete: Bool = true) -> FolderServices {
        var folder = FolderServices(path: path)
        let last = path.split(separator: "/").last.map(String.init) ?? path
        guard let plain = ServiceName(last) else {
            if !last.hasPrefix(".") { folder.note = "its name cannot be a service's; name it in deployer.yaml" }
            return folder
        }
        var best: [String: Detection] = [:]
        for detection in detections where detection.confidence > best[detection.kind]?.confidence ?? 0 {
            best[detection.kind] = detection
        }
        let deployed = known.deployed(in: path)
        let found = best.values.sorted { ($0.order, $0.kind) < ($1.order, $1.kind) }
        let refined = refined(found, deployed)
        let full = found.filter { refined[$0.kind] == nil && isOwn($0, deployed) }
        for detection in full { addOwn(detection, plain, deployed, isOnly: full.count == 1, &folder) }
        for detection in found where !full.contains(detection) {
            if let kept = refined[detection.kind] {
                folder.claims.append(.init(detection: detection, use: .refined, note: kept))
            } else {
                addOther(detection, plain, &folder)
            }
        }
        addMissing(plain, deployed, Set(best.keys), isComplete, &folder)
        if !folder.entries.contains(where: { !$0.isCompanion }) { addUnknown(plain, found, isComplete, &folder) }
        if folder.entries.count > 1 {
            for index in folder.entries.indices { folder.entries[index].service.group = last }
        }
        return folder
    }

    /// Kinds that are one service with another kind of the folder, where the other is that service. The special case is,
    /// unless the general one is what is deployed: then the value says how to change that.
    private func refined(
        _ found: [Detection], _ deployed: [String: (name: ServiceName, isCompanion: Bool)]
    ) -> [String: String?] {
        let kept = Set(Detection.withoutRefined(found).map(\.kind))
        var refined: [String: String?] = [:]
        for general in found where !kept.contains(general.kind) {
            let special = found.first { $0.refines.contains(general.kind) && kept.contains($0.kind) }
            guard let special, let own = deployed[general.kind], !own.isCompanion, deployed[special.kind] == nil else {
                refined[general.kind] = .some(nil)
                continue
            }
            refined[special.kind] =
                "'\(own.name)' is deployed as '\(general.kind)', and stays that; name it in deployer.yaml with this kind"
        }
        return refined
    }

    /// What is deployed stays a service for as long as its plugin recognises it at all: a file that somebody broke is to
    /// fail, not to make the service vanish.
    private func isOwn(
        _ detection: Detection, _ deployed: [String: (name: ServiceName, isCompanion: Bool)]
    ) -> Bool {
        if let known = deployed[detection.kind], !known.isCompanion { return true }
        return !detection.isCompanion && detection.confidence >= Self.leastConfidence
    }

    private func addOwn(
        _ detection: Detection, _ plain: ServiceName, _ deployed: [String: (name: ServiceName, isCompanion: Bool)],
        isOnly: Bool, _ folder: inout FolderServices
    ) {
        var claim = FolderServices.Claim(detection: detection, use: .service)
        let parted = ServiceName("\(plain)/\(detection.kind)")
        let name: ServiceName
        var obstacle: String?
        if let own = deployed[detection.kind], !own.isCompanion {
            name = own.name
            if !isOnly, name == plain {
                claim.note = "it was deployed as '\(plain)' before the folder held more, and keeps that name"
            } else if isOnly, name != plain {
                claim.note = "it is deployed as '\(name)', and keeps that name"
            }
        } else if isOnly, isFree(plain) {
            name = plain
        } else if let parted {
            name = parted
            if isOnly {
                claim.note = "the name '\(plain)' belongs to \(owner(of: plain)); `host forget \(plain)` would free it"
            }
            obstacle = doubt(about: detection.kind, name, plain, isOnly: isOnly, folder.path)
        } else {
            claim.note = "'\(plain)/\(detection.kind)' cannot be a service's name; name it in deployer.yaml"
            folder.claims.append(claim)
            return
        }
        claim.service = name
        var service = Service(name: name, path: folder.path, kind: detection.kind)
        service.evidence = detection.evidence
        folder.claims.append(claim)
        folder.entries.append(.init(service: service, obstacle: obstacle))
    }

    /// The only service of a folder may take the folder's name also where an older history knows it without a kind.
    private func isFree(_ name: ServiceName) -> Bool {
        !known.inUse.contains(name) || known.meanings[name] == nil
    }

    private func owner(of name: ServiceName) -> String {
        known.meanings[name].map { "what is deployed of the kind '\($0.kind)'" } ?? "what is deployed under it"
    }

    /// Why a service cannot be deployed by its new name: something that may be the same runs under another.
    private func doubt(about kind: String, _ name: ServiceName, _ plain: ServiceName, isOnly: Bool, _ path: String)
        -> String?
    {
        if known.inUse.contains(name), known.meaning(of: name, in: path)?.kind != kind {
            return "the name '\(name)' belongs to \(owner(of: name)); give this one another in deployer.yaml"
        }
        guard !isOnly, known.inUse.contains(plain), known.meanings[plain] == nil else { return nil }
        return
            "'\(plain)' is deployed, by a version that did not note its kind, and may be the same service; name it in "
            + "deployer.yaml with its kind, or take leave of it with `host forget \(plain)`"
    }

    private func addOther(_ detection: Detection, _ plain: ServiceName, _ folder: inout FolderServices) {
        var claim = FolderServices.Claim(detection: detection, use: .unsure)
        claim.service = ServiceName("\(plain)/\(detection.kind)")
        guard detection.confidence >= Self.leastConfidence, let name = claim.service else {
            claim.note = "\(detection.confidence) is below \(Self.leastConfidence) and no claim"
            claim.service = nil
            folder.claims.append(claim)
            return
        }
        claim.use = .idle
        let stages = companions.stages.filter { offers[detection.kind]?.contains($0) ?? false }
        guard !stages.isEmpty else {
            claim.note =
                "it serves the folder's own service and is not deployed: "
                + (companions.stages.isEmpty ? companions.reason : "its plugin neither builds nor tests")
            folder.claims.append(claim)
            return
        }
        claim.use = .companion
        let names = stages.map(\.rawValue).joined(separator: " and ")
        claim.note = "it serves the folder's own service, and only \(names) is run: \(companions.reason)"
        folder.claims.append(claim)
        var service = Service(name: name, path: folder.path, kind: detection.kind)
        service.evidence = detection.evidence
        service.stages = stages
        folder.entries.append(
            .init(service: service, digest: "companion: \(names)", isCompanion: true))
    }

    /// What is deployed of the folder and not recognised any more: it is not gone while its plugin is, or keeps silent.
    private func addMissing(
        _ plain: ServiceName, _ deployed: [String: (name: ServiceName, isCompanion: Bool)], _ found: Set<String>,
        _ isComplete: Bool, _ folder: inout FolderServices
    ) {
        let isRecognised = folder.entries.contains { !$0.isCompanion }
        for (kind, own) in deployed.sorted(by: { $0.key < $1.key }) where !own.isCompanion && !found.contains(kind) {
            let why: String
            if offers[kind] == nil {
                why = "there is no plugin for its kind '\(kind)' any more; see `list-plugins`"
            } else if !isComplete {
                why = "a plugin did not get to say whether '\(folder.path)' is still of the kind '\(kind)'"
            } else if !isRecognised {
                why =
                    "'\(folder.path)' is not recognised as the kind '\(kind)' any more; name its kind in deployer.yaml"
            } else {
                continue
            }
            folder.entries.append(
                .init(
                    service: Service(name: own.name, path: folder.path, kind: kind),
                    obstacle: "\(why); what is deployed runs on"))
        }
    }

    private func addUnknown(
        _ plain: ServiceName, _ found: [Detection], _ isComplete: Bool, _ folder: inout FolderServices
    ) {
        let advice = "name its kind in deployer.yaml, or add a plugin"
        let why =
            if let near = found.first(where: { !$0.isCompanion }) {
                "no plugin is sure of '\(folder.path)': '\(near.kind)' by \(near.confidence) of 100, and "
                    + "\(Self.leastConfidence) is a claim (\(near.evidence)); \(advice)"
            } else if let near = found.first {
                "'\(folder.path)' holds only what serves another service ('\(near.kind)': \(near.evidence)), and no "
                    + "plugin recognises that one; \(advice)"
            } else {
                "no plugin recognises '\(folder.path)'; \(advice)" + (isComplete ? "" : " (one did not answer)")
            }
        folder.entries.append(
            .init(service: Service(name: plain, path: folder.path, kind: Self.unknown), obstacle: why))
    }

    /// The kind of what nobody recognises.
    package static let unknown = "unknown"
}
