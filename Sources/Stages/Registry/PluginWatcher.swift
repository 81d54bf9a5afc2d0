import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tells a registry when something in its folders has changed, and whoever wants to know when its list has.
package struct PluginWatcher: Sendable {
    private let registry: PluginRegistry
    private let onChange: @Sendable () async -> Void
    /// A change that no notification told of (a network file system, a folder that came later) is found after this time.
    private let interval: Duration

    package init(
        _ registry: PluginRegistry, interval: Duration = .seconds(10),
        onChange: @escaping @Sendable () async -> Void = {}
    ) {
        self.registry = registry
        self.interval = interval
        self.onChange = onChange
    }

    /// Runs until the surrounding task is cancelled.
    package func run() async {
        guard let bell = Doorbell() else { return }
        let isEnded = Mutex(false)
        await withTaskCancellationHandler {
            let folders = await registry.options.searchPath
            while !Task.isCancelled {
                let seen = await DedicatedThread.run { LibraryScan.of(folders) }
                if await registry.rescan() { await onChange() }
                let milliseconds = Int32(clamping: max(1, interval.wholeMilliseconds))
                await DedicatedThread.run {
                    if isEnded.withLock({ $0 }) { return }
                    FolderWait(folders, bell: bell).wait(milliseconds: milliseconds, since: seen)
                }
            }
        } onCancel: {
            isEnded.withLock { $0 = true }
            bell.ring()
        }
    }
}

/// One wait for a change in some folders. Blocks: for a thread of its own.
private struct FolderWait {
    private let folders: [String]
    private let bell: Doorbell

    init(_ folders: [String], bell: Doorbell) {
        self.folders = folders
        self.bell = bell
    }

    /// Returns when something has changed and been quiet for a moment, when the bell rings, or when the time is up.
    ///
    /// - Parameter seen: what the folders held when they were last looked at.
    func wait(milliseconds: Int32, since seen: LibraryScan) {
        #if canImport(Glibc)
            let notifier = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
            defer { if notifier >= 0 { close(notifier) } }
            let mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF
            if notifier >= 0 { for folder in folders { _ = inotify_add_watch(notifier, folder, UInt32(mask)) } }
            // What changed between the last look and the first watch is seen by another look.
            if LibraryScan.of(folders) != seen { return }
            if poll(notifier, milliseconds) { while poll(notifier, 200), !isRung { drain(notifier) } }
        #else
            for _ in 0..<max(1, milliseconds / 1000) {
                if LibraryScan.of(folders) != seen || poll(-1, 1000) { return }
            }
        #endif
    }

    private var isRung: Bool {
        var event = pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)
        return systemPoll(&event, 1, 0) > 0
    }

    private func poll(_ notifier: Int32, _ milliseconds: Int32) -> Bool {
        var events = [
            pollfd(fd: notifier, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        return systemPoll(&events, 2, milliseconds) > 0
    }

    private func drain(_ notifier: Int32) {
        var block = [UInt8](repeating: 0, count: 4096)
        while read(notifier, &block, block.count) > 0 {}
    }
}

private func systemPoll(_ events: UnsafeMutablePointer<pollfd>, _ count: Int, _ milliseconds: Int32) -> Int32 {
    poll(events, nfds_t(count), milliseconds)
}
