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
    /// Where the kernel does not tell, it is looked as often as this.
    private static let poll: Duration = .seconds(2)

    func run() async throws {
        do throws(Failure) { try service.prepare() } catch {
            narrator.say(LogLine("\(error)", level: .error))
            throw error
        }
        let watcher = watcher()
        let arrivals = Nudge()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    if let watcher {
                        for await _ in watcher.signals { arrivals.now() }
                        if !Task.isCancelled { tell("the watching has ended") }
                    }
                    while !Task.isCancelled {
                        arrivals.now()
                        try? await Task.sleep(for: Self.poll)
                    }
                }
                group.addTask {
                    var pause: Duration?
                    while !Task.isCancelled {
                        await arrivals.wait(atMost: pause ?? Self.idle)
                        if Task.isCancelled { break }
                        pause = await service.look { arrivals.now() }
                    }
                    await service.end()
                    watcher?.stop()
                }
            }
        }
    }

    /// nil where the kernel does not let it watch, which is told.
    private func watcher() -> InboxWatcher? {
        do throws(Failure) {
            return try InboxWatcher(
                folder: folder, prepare: { () throws(Failure) in try service.prepare() }, unwatched: { tell($0) })
        } catch {
            tell("\(error)")
            return nil
        }
    }

    private func tell(_ cause: String) {
        narrator.say(
            LogLine(
                "the inbox is looked at every few seconds, because nothing tells of its files: \(cause)",
                level: .warning))
    }
}
