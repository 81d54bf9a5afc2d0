import Model
import PluginKit
import PluginSupport

/// Removes configs, secrets and networks of the stack that no kept release names. The Swarm refuses what is in use; what others
/// made has no label of the stack's. Images in the registry are left to those who keep it.
struct SwarmRetention<Host: StackHost> {
    private let work: StackWork<Host>
    private let client: SwarmClient<Host>

    init(_ work: StackWork<Host>, _ client: SwarmClient<Host>) {
        self.work = work
        self.client = client
    }

    /// What goes wrong here is said and no failure: the deployment itself has succeeded.
    func clean(_ stack: String) throws {
        do {
            let wanted = try self.wanted(stack)
            for kind in ["config", "secret", "network"] {
                for name in try client.names(kind, of: stack) where !wanted.contains("\(kind) \(name)") {
                    let end = try client.ask([kind, "rm", name])
                    if end.succeeded { work.host.log("removed \(kind) \(name)", level: .debug) }
                }
            }
        } catch let failure as Failure {
            work.host.log("not everything old could be removed: \(failure)", level: .warning)
        }
    }

    private func wanted(_ stack: String) throws -> Set<String> {
        var wanted: Set<String> = ["network \(stack)_default"]
        for (name, record) in try work.store.releases() where record.kind == .swarm && record.project == stack {
            guard let bytes = try Files.read("\(work.store.files(name))/\(SwarmFile.name)", limit: 16 << 20),
                let json = try? PluginJSON(parsing: bytes)
            else { continue }
            for kind in ["config", "secret", "network"] {
                for (key, entry) in json["\(kind)s"]?.object ?? [:] {
                    wanted.insert("\(kind) \(entry["name"]?.string ?? "\(stack)_\(key)")")
                }
            }
        }
        return wanted
    }
}
