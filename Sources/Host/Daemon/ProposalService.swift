import Model
import ServiceLifecycle

/// Looks after pull requests: when one is to be opened, after each cycle, and while one is open.
struct ProposalService: ServiceLifecycle.Service {
    let keeper: any ProposalCare
    let nudge: Nudge
    /// Without a word from anybody it is looked all the same.
    private static let idle: Duration = .seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let pause = await keeper.step()
                await nudge.wait(atMost: pause ?? Self.idle)
            }
        }
    }
}
