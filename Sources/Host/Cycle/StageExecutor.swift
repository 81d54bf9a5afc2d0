import Model
import Pipeline
import Stages
import SupervisorCore

/// Runs a stage where it belongs: in the service's plugin, in the operator's own restart script, or in the host's
/// health probe.
struct StageExecutor: StageRunner {
    let plugins: PluginRunner
    let health: HealthProber
    let restart: RestartCommand
    let supervise: ServiceControl
    let masker: SecretMasker
    let environment: [String: String]

    /// Restart scripts that would not be executed, and why.
    var scriptObstacles: [ServiceName: String] { restart.obstacles() }

    func run(_ request: StageRequest, events: @escaping @Sendable (StageEvent) -> Void) async -> StageOutcome {
        await perform(request, events: events).naming(asIn: request)
    }

    private func perform(_ request: StageRequest, events: @escaping @Sendable (StageEvent) -> Void) async
        -> StageOutcome
    {
        var request = request
        request.isRestartedElsewhere = restart.exists(for: request.service.name)
        switch request.stage {
        case .restart:
            if let outcome = await scripted(request, events) { return outcome }
            return await plugins.run(request, events: events)
        case .health:
            return await probed(request, events)
        case .rollback:
            let outcome = await plugins.run(request, events: events)
            guard outcome.status.allowsProgress, let restarted = await scripted(request, events),
                !restarted.status.allowsProgress
            else { return outcome }
            return restarted
        default:
            return await plugins.run(request, events: events)
        }
    }

    /// nil where the operator has no script for the service.
    private func scripted(_ request: StageRequest, _ events: @escaping @Sendable (StageEvent) -> Void) async
        -> StageOutcome?
    {
        let service = request.service.name
        guard restart.exists(for: service) else { return nil }
        let environment = ChildEnvironment.make(
            inheriting: [], setting: request.service.environment, from: environment)
        let output = StageOutput(service: service, stage: request.stage, file: nil, events: events)
        return await restart.run(
            service, operation: request.operation, environment: environment, timeout: request.timeout, output: output,
            masker: masker)
    }

    /// The plugin knows its own ways of being ill; the configured probe asks the service itself.
    private func probed(_ request: StageRequest, _ events: @escaping @Sendable (StageEvent) -> Void) async
        -> StageOutcome
    {
        guard let check = request.service.health else { return await plugins.run(request, events: events) }
        let startedAt = Timestamp.now
        let limit = Self.limit(of: check, request)
        let name = SupervisedName(request.service.name)
        let surroundings = HealthProber.Surroundings(
            operation: request.operation, directory: request.releaseDirectory,
            environment: ChildEnvironment.make(
                inheriting: [], setting: request.service.environment, from: environment))
        let report = await health.check(
            check, surroundings, limit: limit,
            hasExited: { [supervise] in
                // A supervised service that crashes while it is probed need not be waited for.
                guard let details = try? await supervise.details(name), details.state == .backoff else { return nil }
                return details.lastExit?.text
            })
        var outcome = report.outcome(startedAt: startedAt)
        outcome.duration = .init(report.duration)
        outcome.stageTime = outcome.duration
        // What the service printed before it died is the plugin's to know, whatever the probe found.
        var request = request
        request.timeout = max(limit - report.duration, Self.leastOwnTime)
        let own = await plugins.run(request, events: events)
        outcome.stageTime = .init(report.duration + own.stageTime.duration)
        outcome.outputs = own.outputs
        if outcome.status.allowsProgress, !own.status.allowsProgress {
            outcome.status = own.status
            outcome.summary = own.summary
        }
        if !outcome.status.allowsProgress { outcome.diagnostics += own.diagnostics }
        return outcome
    }

    /// For the plugin's own look at the service, also when the probe has used up its time.
    private static let leastOwnTime = Duration.seconds(15)

    /// Time for all attempts of a probe: what the service's configuration says, else the general timeout of the stage, but
    /// no less than the attempts need that somebody has asked for.
    private static func limit(of check: HealthCheck, _ request: StageRequest) -> Duration {
        if request.service.timeouts[Stage.health.rawValue] != nil { return request.timeout }
        let attempt = check.interval.duration + check.timeout.duration
        return max(request.timeout, attempt * max(1, check.attempts))
    }
}
