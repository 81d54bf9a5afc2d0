#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Sees from outside what a daemon does: which file it opens, and when one is put in place (inotify(7)).
final class FolderWatcher {
    struct Event {
        /// What `watch` returned.
        var watch: Int32
        var name: String
        /// Milliseconds since 1970, when it was read here.
        var time: Double
    }

    enum Kind { case opened, replaced }

    private let descriptor: Int32

    init() throws {
        #if canImport(Glibc)
            descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
            guard descriptor >= 0 else { throw BenchError("inotify: \(String(cString: strerror(errno)))") }
        #else
            throw BenchError("only Linux can watch who opens a file")
        #endif
    }

    deinit { close(descriptor) }

    func watch(_ path: String, _ kind: Kind) throws -> Int32 {
        #if canImport(Glibc)
            let mask = kind == .opened ? UInt32(IN_OPEN) : UInt32(IN_MOVED_TO)
            let watch = inotify_add_watch(descriptor, path, mask)
            guard watch >= 0 else { throw BenchError("cannot watch '\(path)': \(String(cString: strerror(errno)))") }
            return watch
        #else
            return -1
        #endif
    }

    /// Forgets what has happened so far.
    func drain() { while !read(waiting: 0).isEmpty {} }

    /// Waits for the first event that satisfies `condition`.
    func first(within milliseconds: Double = 60_000, where condition: (Event) -> Bool) throws -> Event {
        let end = Measure.wallClock + milliseconds
        while Measure.wallClock < end {
            // Events after the one that was asked for belong to the same burst and are of no use.
            if let event = read(waiting: 1000).first(where: condition) { return event }
        }
        throw BenchError("the daemon did not do what was waited for")
    }

    private func read(waiting milliseconds: Int32) -> [Event] {
        #if canImport(Glibc)
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return [] }
            let time = Measure.wallClock
            var events: [Event] = []
            let size = MemoryLayout<inotify_event>.size
            withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                var offset = 0
                while offset + size <= count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let name = buffer[(offset + size)..<(offset + size + Int(event.len))].prefix { $0 != 0 }
                    events.append(Event(watch: event.wd, name: String(decoding: name, as: UTF8.self), time: time))
                    offset += size + Int(event.len)
                }
            }
            return events
        #else
            return []
        #endif
    }
}
