import Model
import ServiceLifecycle

/// Has failures worked on: after each cycle and each verdict, and when a coder's pause is over.
struct CoderService: ServiceLifecycle.Service {
    let desk: CoderDesk
    let nudge: Nudge
    /// Without a word from anybody it is looked all the same.
    private static let idle: Duration = .seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let outlook = await desk.step()
                // A coder that comes back nudges nobody: it is looked for while one is asked.
                let pause = await desk.isAsking ? min(outlook.lookAgain ?? Self.idle, .seconds(1)) : outlook.lookAgain
                await nudge.wait(atMost: pause ?? Self.idle)
            }
        }
        await desk.end()
    }
}
