import Model
import PluginKit

/// Which containers of a project are this service's. Those of others are neither replaced nor removed.
struct Ownership<Host: StackHost> {
    private let work: StackWork<Host>
    private let project: String
    /// nil where the service has made nothing yet.
    private let id: String?
    /// Where this service's stacks were started from.
    private let places: [String]

    init(_ work: StackWork<Host>, project: String) throws {
        self.work = work
        self.project = project
        id = Owner.id(in: work.call.releaseDirectory)
        let folders = try [work.options.projectDirectory] + work.store.releases().map(\.record.options.projectDirectory)
        places = Set(folders.compactMap { $0 }).sorted() + ["\(work.call.releaseDirectory)/project"]
    }

    /// The service's last deployment has this project, and is there.
    var isDeployed: Bool { work.call.checkpoint?.project == project && work.store.current != nil }

    func owns(_ container: Container) -> Bool {
        if let owner = container.owner {
            guard owner == id else { return false }
            guard let place = container.ownerDirectory, !Owner.isSame(place, work.call.releaseDirectory) else {
                return true
            }
            // The workspace was moved. Where the id is still at its old place too, it was copied.
            return Owner.id(in: place) != id
        }
        let place = container.workingDirectory ?? ""
        if places.contains(where: { Owner.isSame($0, place) }) { return true }
        // Of an older version, and the workspace was moved since.
        return container.digest != nil && isDeployed && !Owner.isLive(Self.releases(of: container))
    }

    /// Another service of a deployer has made it.
    func isAnothers(_ container: Container) -> Bool {
        (container.owner != nil || container.digest != nil) && !owns(container)
    }

    /// Containers as a difference is to see them: one that is taken over is made anew, whatever its digest, or its labels would
    /// name the other service for good.
    func adopting(_ containers: [Container]) -> [Container] {
        containers.map { container in
            guard isAnothers(container) else { return container }
            var foreign = container
            foreign.digest = nil
            return foreign
        }
    }

    private static func releases(of container: Container) -> String {
        if let directory = container.ownerDirectory { return directory }
        let place = container.workingDirectory ?? ""
        return place.hasSuffix("/project") ? String(place.dropLast(8)) : place
    }

    /// A project of that name which somebody else started is not taken over silently, and one of another service of a
    /// deployer not at all while that one has a release.
    ///
    /// - Throws: `compose.foreign-project`.
    func refuse(_ containers: [Container]) throws {
        for container in containers where !owns(container) {
            let isAnothers = isAnothers(container)
            let isAsked = work.options.project == project
            if isAnothers {
                if isAsked, !isDeployed, !Owner.isLive(Self.releases(of: container)) { continue }
            } else if isAsked || isDeployed {
                continue
            }
            throw refusal(container, isAnothers: isAnothers)
        }
    }

    private func refusal(_ container: Container, isAnothers: Bool) -> PluginFailure {
        let place = container.ownerDirectory ?? container.workingDirectory ?? "an unknown folder"
        var text = "the project '\(project)' has containers that somebody else started: '\(container.name)'"
        var remedy =
            "They were started in \(place). Set the option 'project' to '\(project)' to take them over, or to another name "
            + "to leave them alone."
        if isAnothers {
            let name = container.ownerService.map { "the service '\($0)'" } ?? "another service of a deployer"
            text = "the project '\(project)' is that of \(name): its container '\(container.name)' is there (\(place))"
            let isAlive = isDeployed || Owner.isLive(Self.releases(of: container))
            remedy =
                isAlive
                ? "Set the option 'project' of one of both services to a name that no other has."
                : "Set the option 'project' to '\(project)' to take them over, for that service is not there any more; or to "
                    + "another name to leave them alone."
        }
        var finding = PluginDiagnostic(.error, code: Failure.Code.foreign.rawValue, summary: text)
        finding.detail = remedy
        return PluginFailure(.failed("\(text). \(remedy)"), diagnostics: [finding])
    }
}
