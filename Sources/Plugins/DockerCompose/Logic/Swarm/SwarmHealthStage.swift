import Model
import PluginKit

/// Looks at each service, task and node of the live release.
struct SwarmHealthStage<Host: StackHost> {
    private let work: StackWork<Host>
    private var host: Host { work.host }
    init(_ work: StackWork<Host>) { self.work = work }

    func run() throws -> StageResult {
        guard let record = work.store.live else {
            return .noChange("nothing is deployed")
        }
        let engine = try work.engine()
        try SwarmClient(work, engine).checkManager()
        let expectation = SwarmWatch<Host>.Expectation(
            stack: record.project, services: record.pins.keys.sorted(), finishing: Set(record.finishing), before: nil,
            files: record.files)
        // The deployment has watched for the whole of it.
        let (result, view) = try SwarmWatch(work, engine).watch(
            expectation, settle: min(work.options.settle, .seconds(1)))
        report(view)
        for node in view.missingNodes {
            let text = "node '\(node.name)' of the Swarm is \(node.state)"
            var finding = PluginDiagnostic(.warning, code: Failure.Code.node.rawValue, summary: text)
            finding.detail =
                "Its tasks run elsewhere as long as there is room. Bring it back, or take it out of the Swarm."
            host.report(finding)
        }
        guard result.status == .ok, !view.missingNodes.isEmpty else { return result }
        let names = view.missingNodes.map { "\($0.name) is \($0.state)" }.joined(separator: ", ")
        return .ok("\(result.summary); \(names)")
    }

    private func report(_ view: SwarmView) {
        for service in view.services {
            let own = view.tasks(of: service).filter(\.isWanted)
            let running = own.count { $0.state == "running" && view.node($0.node)?.isReady != false }
            let wanted = service.replicas.map { " of \($0)" } ?? ""
            host.output("service:\(service.name)", "\(running)\(wanted) tasks run, image \(Self.short(service.image))")
            for task in own {
                let place = view.node(task.node).map { " on \($0.name)" } ?? ""
                host.output("task:\(view.name(of: task))", "\(task.spoken)\(place), image \(Self.short(task.image))")
            }
        }
        for node in view.nodes { host.output("node:\(node.name)", node.spoken) }
    }

    /// With the first digits of its digest.
    private static func short(_ image: String) -> String {
        guard let digest = image.firstRange(of: "@sha256:") else { return image }
        return image[..<digest.lowerBound] + "@" + image[digest.upperBound...].prefix(12)
    }
}
