package import Model
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs stages in plugins, each in a worker process of its own. Every fault is an outcome; nothing is thrown.
package struct PluginRunner: Sendable {
    let catalog: any PluginCatalog
    let launcher: WorkerLauncher
    let services: HostServices
    let settings: HostSettings
    /// Where the full output of a stage goes; nil keeps it in the events alone.
    let outputFile: @Sendable (StageRequest) -> String?
    let output: StageOutput.Options

    /// - Parameters:
    ///   - worker: absolute path of the PluginWorker executable.
    ///   - settings: what a service's options are completed with.
    ///   - outputFile: absolute path of the file that gets all output of a stage, also what the events leave out in a
    ///     flood.
    ///   - output: how much of a flood is shown and kept.
    package init(
        catalog: any PluginCatalog, worker: String, services: HostServices, limits: WorkerLimits = WorkerLimits(),
        hostVersion: String = "1", settings: HostSettings = HostSettings(),
        outputFile: @escaping @Sendable (StageRequest) -> String? = { _ in nil },
        output: StageOutput.Options = StageOutput.Options()
    ) {
        self.catalog = catalog
        self.services = services
        self.settings = settings
        self.outputFile = outputFile
        self.output = output
        launcher = WorkerLauncher(
            executable: worker, hostVersion: hostVersion, features: services.features,
            environment: services.environment, limits: limits)
    }

    /// Runs one stage. Cancelling the surrounding task ends it with everything it started.
    ///
    /// `stageTime` of the outcome is the life of the worker; the rest of `duration` is the daemon's own.
    package func run(
        _ request: StageRequest, events: @escaping @Sendable (StageEvent) -> Void
    ) async -> StageOutcome {
        let began = Timestamp.now
        let clock = ContinuousClock.now
        var run = await perform(request, events)
        run.outcome.startedAt = began
        run.outcome.duration = .init(ContinuousClock.now - clock)
        run.outcome.stageTime = .init(run.workerTime)
        return run.outcome
    }

    private func perform(
        _ request: StageRequest, _ events: @escaping @Sendable (StageEvent) -> Void
    ) async -> (outcome: StageOutcome, workerTime: Duration) {
        let kind = request.service.kind
        guard let plugin = await catalog.plugin(forKind: kind) else {
            let reason = await catalog.absence(ofKind: kind)
            return (absent(kind, request.stage, reason, events), .zero)
        }
        if request.isVerification, request.stage != .build, request.stage != .test {
            let text = "'\(request.stage)' is not run while a patch is being tried"
            return (StageOutcome(stage: request.stage, status: .unsupported, summary: text), .zero)
        }
        guard plugin.description.offers(request.stage) else {
            let text = "the plugin '\(plugin.info.id)' has no stage '\(request.stage)'"
            return (StageOutcome(stage: request.stage, status: .unsupported, summary: text), .zero)
        }
        let options = settings.options(of: request.service, for: plugin.description)
        await hideSensitive(options, plugin)
        let output = StageOutput(
            service: request.service.name, stage: request.stage, file: outputFile(request), options: output,
            events: events)
        let collector = StageCollector(
            masker: services.masker, limits: launcher.limits, service: request.service.name, stage: request.stage,
            flood: output, events: events)
        let call = StageCall(
            runner: self, plugin: plugin, request: request, output: output, collector: collector)
        let report = await call.run()
        output.finish()
        let judge = OutcomeJudge(plugin: plugin, command: "running '\(request.stage)'", stage: request.stage)
        return (judge.outcome(report, collector, timeout: request.timeout), report.duration)
    }

    /// Has the masker hide options that their schema calls sensitive and that are no references: the secret itself was put
    /// where its name belongs.
    private func hideSensitive(_ options: JSONValue, _ plugin: LoadedPlugin) async {
        for text in OptionTypes.sensitiveTexts(in: options, plugin.description.configuration) {
            guard !text.hasPrefix("env:"), !text.hasPrefix("file:/") else { continue }
            // What names a secret is shown; the secret is masked when it is used.
            if let secrets = services.secrets, (try? await secrets.resolve(text)) != nil { continue }
            services.masker.register(text)
        }
    }

    private func absent(
        _ kind: String, _ stage: Stage, _ reason: String?, _ events: (StageEvent) -> Void
    ) -> StageOutcome {
        let text = reason ?? "there is no plugin for services of the kind '\(kind)'"
        var outcome = StageOutcome(stage: stage, status: .unavailable, summary: text)
        var diagnostic = Diagnostic(.error, code: "plugin.missing", message: text, stage: stage)
        diagnostic.detail = "'host list-plugins' shows what there is, and why a library was not loaded."
        outcome.diagnostics = [diagnostic]
        events(.diagnostic(diagnostic))
        return outcome
    }
}

extension PluginRunner {
    /// Asks every plugin whether a source tree is one of its kinds; the surest answer first.
    ///
    /// A plugin that fails here has no opinion: what it breaks is shown when one of its services is deployed.
    /// - Returns: `isComplete` is false when a plugin did not get to answer; asked again, it may know more.
    package func detect(sourceDirectory: String) async -> (found: [Detection], isComplete: Bool) {
        let plugins = await catalog.readyPlugins()
        let found = await withTaskGroup(of: (Int, [Detection]?).self) { group in
            for (index, plugin) in plugins.enumerated() {
                group.addTask { (index, await detect(sourceDirectory, plugin)) }
            }
            return await group.reduce(into: [Int: [Detection]]()) { $0[$1.0] = $1.1 }
        }
        // Of equals the first in the search path comes first.
        let inOrder = plugins.indices.flatMap { found[$0] ?? [] }
        let sorted = inOrder.enumerated().sorted {
            ($0.element.confidence, -$0.offset) > ($1.element.confidence, -$1.offset)
        }
        return (sorted.map(\.element), found.count == plugins.count)
    }

    /// nil when the plugin did not get to answer.
    private func detect(_ sourceDirectory: String, _ plugin: LoadedPlugin) async -> [Detection]? {
        let silent = StageOutput(file: nil) { _ in }
        let collector = StageCollector(
            masker: services.masker, limits: launcher.limits, service: nil, stage: nil, flood: silent
        ) { _ in }
        let report = await launcher.run(
            .detect(sourceDirectory: sourceDirectory), library: plugin.library, offered: [],
            timeout: launcher.limits.detect
        ) { _ in .init(frame: collector.take, output: { _, _ in }, stopping: { _ in }) }
        guard report.fault == nil, report.stop == nil else { return nil }
        guard report.status == 0 else { return [] }
        return collector.result.detections.filter { plugin.info.kinds.contains($0.kind) }.map {
            var found = Detection(
                plugin: plugin.info.id, kind: $0.kind, confidence: $0.confidence, evidence: $0.evidence)
            found.isCompanion = $0.isCompanion
            found.order = plugin.description.order ?? found.order
            found.refines = plugin.description.refines ?? []
            return found
        }
    }

    /// Checks a service's options with its plugin: everything that is wrong with them, each with the JSON Pointer as
    /// group; empty when they are valid, nil when there is no plugin or it did not get to answer. `note` says for people
    /// why it did not.
    ///
    /// A plan waits for it, so it has less time than the service's shortest stage, and five seconds at most.
    package func check(_ service: Service) async -> (problems: [Diagnostic]?, note: String?) {
        guard let plugin = await catalog.plugin(forKind: service.kind) else { return (nil, nil) }
        let options = settings.options(of: service, for: plugin.description)
        await hideSensitive(options, plugin)
        var launcher = launcher
        launcher.limits.grace = min(launcher.limits.grace, .seconds(1))
        launcher.limits.close = min(launcher.limits.close, .seconds(1))
        let limit = min(.seconds(4), service.timeouts.values.map(\.duration).min() ?? .seconds(4))
        let silent = StageOutput(file: nil) { _ in }
        let collector = StageCollector(
            masker: services.masker, limits: launcher.limits, service: service.name, stage: nil, flood: silent
        ) { _ in }
        let report = await launcher.run(
            .check(service: service.name, kind: service.kind, options: StageCall.encoded(options)),
            library: plugin.library, offered: [], timeout: limit
        ) { _ in .init(frame: collector.take, output: { _, _ in }, stopping: { _ in }) }
        let judge = OutcomeJudge(
            plugin: plugin, command: "in open, checking the options of '\(service.name)'", stage: .plan,
            opensFirst: false)
        let outcome = judge.outcome(report, collector, timeout: limit)
        switch outcome.status {
        case .ok: return ([], nil)
        case .invalidConfig: return (outcome.diagnostics.filter(\.isError), nil)
        // Whatever else is wrong shows itself in the stages.
        default: return (nil, report.fault == nil ? nil : "\(outcome.summary); the options are not checked")
        }
    }
}
