import Model
import Repair
import ServiceLifecycle

/// Waits for files in the inbox and has them decided; what could not be tried is tried again after a while.
struct InboxWatchService: ServiceLifecycle.Service {
    let folder: String
    let service: InboxService
    let narrator: Narrator
    /// Without a word from the kernel, the folder is looked at all the same, in case one was lost.
    private static let idle: Duration = .seconds(86_400)

    func run() async throws {
        let watcher: InboxWatcher
        do throws(Failure) {
            watcher = try InboxWatcher(folder: folder) { () throws(Failure) in try service.prepare() }
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
                    var pause: Duration?
                    while !Task.isCancelled {
                        await arrivals.wait(atMost: pause ?? Self.idle)
                        if Task.isCancelled { break }
                        pause = await service.look { arrivals.now() }
                    }
                    await service.end()
                    watcher.stop()
                }
            }
        }
    }
}
