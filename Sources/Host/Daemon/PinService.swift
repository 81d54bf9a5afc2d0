import ServiceLifecycle

/// Builds the plugins that were agreed to and that a commit pins anew, beside the cycles.
struct PinService: ServiceLifecycle.Service {
    let keeper: PinKeeper

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await pins in keeper.requests { await keeper.bring(pins) }
        }
    }
}
