#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Wakes when something in one of its folders changes: inotify on Linux, the clock elsewhere.
struct FolderWatch: ~Copyable {
    private let descriptor: Int32

    init() {
        #if os(Linux)
            descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        #else
            descriptor = -1
        #endif
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Adds a folder; once more is no harm. Without it the clock has to do.
    func add(_ folder: String) {
        #if os(Linux)
            let mask = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB
            if descriptor >= 0 { _ = inotify_add_watch(descriptor, folder, UInt32(mask)) }
        #endif
    }

    /// Returns when a folder changed, `wake` is readable, or too much time has passed to rely on events alone (file
    /// systems over a network send none).
    func wait(wake: Int32) {
        var entries = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
        if descriptor >= 0 { entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&entries, nfds_t(entries.count), descriptor >= 0 ? 2000 : 250)
        guard descriptor >= 0 else { return }
        var events = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &events, events.count) > 0 {}
    }
}
