import Model
import PluginKit

/// Which services of a stack are those of the service that is being deployed. Those of others are neither replaced nor
/// removed.
struct SwarmOwnership<Host: StackHost> {
    private let work: StackWork<Host>
    private let stack: String
    /// nil where the service has made nothing yet.
    private let id: String?

    init(_ work: StackWork<Host>, stack: String) {
        self.work = work
        self.stack = stack
        id = Owner.id(in: work.call.releaseDirectory)
    }

    /// Another service of a deployer, here or on another machine, has made it.
    func isAnothers(_ service: SwarmService) -> Bool {
        guard let owner = service.owner else { return false }
        guard owner == id else { return true }
        guard let place = service.ownerDirectory, !Owner.isSame(place, work.call.releaseDirectory) else { return false }
        // A workspace that was moved, unless the id is still at its old place too: that one was copied.
        return Owner.id(in: place) == id
    }

    /// A stack of that name which somebody else deployed is not taken over silently, and one of another service of a deployer
    /// not at all while that one has a release.
    ///
    /// - Throws: `compose.foreign-project`.
    func refuse(_ services: [SwarmService]) throws {
        let isAsked = work.options.project == stack
        let isDeployed = work.call.checkpoint.map { $0.family == .swarm && $0.project == stack } ?? false
        for service in services {
            if isAnothers(service) {
                let isAlive = isDeployed || service.ownerDirectory.map(Owner.isLive) == true
                if isAlive || !isAsked { throw refusal(of: service, isAlive: isAlive) }
            } else if service.digest == nil, !isAsked, !isDeployed {
                throw refusal(
                    "the stack '\(stack)' has services that somebody else deployed: '\(service.name)'",
                    "Set the option 'project' to '\(stack)' to take them over, or to another name to leave them alone.")
            }
        }
    }

    private func refusal(of service: SwarmService, isAlive: Bool) -> PluginFailure {
        let name = service.ownerService.map { "the service '\($0)'" } ?? "another service of a deployer"
        let place = service.ownerDirectory.map { " (\($0))" } ?? ""
        return refusal(
            "the stack '\(stack)' is that of \(name): its service '\(service.name)' is there\(place)",
            isAlive
                ? "Set the option 'project' of one of both services to a name that no other has."
                : "If that service is not there any more, set the option 'project' to '\(stack)' to take them over; else to "
                    + "another name to leave them alone.")
    }

    private func refusal(_ text: String, _ remedy: String) -> PluginFailure {
        var finding = PluginDiagnostic(.error, code: Failure.Code.foreign.rawValue, summary: text)
        finding.detail = remedy
        return PluginFailure(.failed("\(text). \(remedy)"), diagnostics: [finding])
    }
}
