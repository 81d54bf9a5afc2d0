import Model
import Repair
import ServiceLifecycle

/// Waits for files in the inbox and has them decided; what could not be tried is tried again after a while.
struct InboxWatchService: ServiceLifecycle.Service {
    let folder: String
    let service: InboxService
    let narrator: Narrator
    /// Between two tries of what waits.
    var patience: Duration = .seconds(60)

    func run() async throws {
        let watcher: InboxWatcher
        do throws(Failure) {
            try service.prepare()
            watcher = try InboxWatcher(folder: folder)
        } catch {
            narrator.say(LogLine("\(error)", level: .error))
            throw error
        }
        let arrivals = Nudge()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in watcher.signals { arrivals.now() }
                }
                group.addTask {
                    var waiting = 0
                    while !Task.isCancelled {
                        await arrivals.wait(atMost: waiting > 0 ? patience : .seconds(86_400))
                        if Task.isCancelled { break }
                        waiting = await service.drain().waiting
                    }
                    watcher.stop()
                }
            }
        }
    }
}
