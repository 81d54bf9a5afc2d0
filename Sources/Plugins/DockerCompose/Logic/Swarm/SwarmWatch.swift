import Model
import PluginKit

/// Waits until the services of a stack have as many tasks of the wanted kind up as they should, and they stay so for a while.
struct SwarmWatch<Host: StackHost> {
    private let work: StackWork<Host>
    private let client: SwarmClient<Host>
    private var host: Host { work.host }

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        client = SwarmClient(work, engine)
    }

    struct Expectation {
        var stack: String
        var services: [String]
        /// Services that end by themselves.
        var finishing: Set<String>
        /// nil: what is there at the first look is no news.
        var before: SwarmVerdict.Before?
        /// Compose files of the sources, for places.
        var files: [String]
    }

    func watch(_ expectation: Expectation, settle: Duration) throws -> (result: StageResult, view: SwarmView) {
        let began = host.now
        let patience = min(work.options.wait, max(.seconds(1), host.timeLeft - .seconds(5)))
        var before = expectation.before
        var wellSince: Duration?
        var told = ""
        var view = SwarmView()
        while true {
            if host.isCancelled { return (.cancelled("the watch was cancelled"), view) }
            view = try patiently { try client.view(of: expectation.stack) }
            if before == nil { before = .init(view) }
            before?.missed.formUnion(view.missingNodes.map(\.id))
            let verdicts = expectation.services.map { ($0, verdict($0, view, before ?? .init(view), expectation)) }
            let failures = verdicts.compactMap { name, verdict -> (String, String, [SwarmTask])? in
                if case .failed(let text, let tasks) = verdict { return (name, text, tasks) }
                return nil
            }
            if !failures.isEmpty { return (fail(failures, view, expectation), view) }
            let waiting = verdicts.compactMap { name, verdict -> (String, String)? in
                if case .waiting(let text) = verdict { return (name, text) }
                return nil
            }
            if waiting.isEmpty {
                let since = wellSince ?? host.now
                wellSince = since
                if host.now - since >= settle { return (.ok(Self.summary(view, expectation)), view) }
                host.pause(min(.milliseconds(500), max(.milliseconds(20), settle - (host.now - since))))
                continue
            }
            wellSince = nil
            guard host.now - began < patience else {
                let late = waiting.map { name, text in
                    (name, "\(text) after \(patience.spoken)", failedTasks(name, view, before))
                }
                return (fail(late, view, expectation), view)
            }
            let reason = waiting.map(\.1).joined(separator: "; ")
            if reason != told { host.progress(nil, reason) }
            told = reason
            host.pause(.milliseconds(500))
        }
    }

    private func verdict(
        _ name: String, _ view: SwarmView, _ before: SwarmVerdict.Before, _ expectation: Expectation
    ) -> SwarmVerdict {
        guard let service = view.service(name) else { return .failed("the Swarm has no service '\(name)'", []) }
        return SwarmVerdict.of(service, in: view, since: before, finishing: expectation.finishing.contains(name))
    }

    private func failedTasks(_ name: String, _ view: SwarmView, _ before: SwarmVerdict.Before?) -> [SwarmTask] {
        guard let service = view.service(name) else { return [] }
        return view.tasks(of: service).filter { before?.tasks.contains($0.id) != true && $0.hasFailed(finishing: true) }
    }

    /// While managers elect a leader none of them answers.
    func patiently<Result>(_ body: () throws -> Result) throws -> Result {
        let began = host.now
        while true {
            do {
                return try body()
            } catch let failure as Failure where failure.code == .swarm {
                guard host.now - began < .seconds(20), host.timeLeft > .seconds(8), !host.isCancelled else {
                    throw failure
                }
                host.progress(nil, failure.message)
                host.pause(.seconds(1))
            }
        }
    }

    private func fail(
        _ failures: [(name: String, text: String, tasks: [SwarmTask])], _ view: SwarmView, _ expectation: Expectation
    ) -> StageResult {
        for failure in failures {
            var finding = PluginDiagnostic(.error, code: Failure.Code.unhealthy.rawValue, summary: failure.text)
            finding.location = StackSource.place(
                of: failure.name, files: expectation.files, in: work.call.sourceDirectory)
            var detail = failure.tasks.suffix(5).map { view.spoken($0) }
            for task in failure.tasks.suffix(2) where view.node(task.node)?.isReady == true {
                let lines = client.lastLines(of: task)
                if !lines.isEmpty { detail.append("The last lines of \(view.name(of: task)):\n\(lines)") }
            }
            let away = view.missingNodes.map { "node \($0.name) is \($0.state)" }
            detail += away
            if !detail.isEmpty { finding.detail = detail.joined(separator: "\n") }
            host.report(finding)
        }
        let first = failures[0].text
        return .failed(failures.count == 1 ? first : "\(first), and \(failures.count - 1) more")
    }

    private static func summary(_ view: SwarmView, _ expectation: Expectation) -> String {
        let ids = Set(expectation.services.compactMap { view.service($0)?.id })
        let running = view.tasks.filter { ids.contains($0.service) && $0.isWanted && $0.state == "running" }
        let nodes = Set(running.compactMap(\.node)).count
        let tasks = running.count == 1 ? "1 task runs" : "\(running.count) tasks run"
        return "\(tasks) on \(nodes == 1 ? "1 node" : "\(nodes) nodes")"
    }
}
