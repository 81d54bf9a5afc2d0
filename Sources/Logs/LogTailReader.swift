import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads a growing file on a thread of its own.
struct LogTailReader: ~Copyable {
    private let tail: LogTail
    private let channel: LogTailChannel
    private let watch = FolderWatch()
    private var file: OpenFile?
    private var lines: LineAssembler
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    private struct OpenFile {
        var descriptor: Int32
        var device: UInt64
        var inode: UInt64
        var offset: off_t
    }

    private final class Box {
        let tail: LogTail
        let channel: LogTailChannel
        init(_ tail: LogTail, _ channel: LogTailChannel) {
            self.tail = tail
            self.channel = channel
        }
    }

    static func start(_ tail: LogTail, _ channel: LogTailChannel) {
        let box = Unmanaged.passRetained(Box(tail, channel)).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let status = pthread_create(&thread, nil, { LogTailReader.main($0) }, box)
        if status != 0 {
            Unmanaged<Box>.fromOpaque(box).release()
            channel.finish(
                Failure(
                    .init("logs.read"), "could not start a thread to follow '\(tail.path)'",
                    remedy: "Raise the limit of processes.", cause: String(cString: strerror(status)),
                    scheduling: .retry))
            return
        }
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
    }

    private static func main(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let pointer else { return nil }
        let box = Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue()
        var reader = LogTailReader(box.tail, box.channel)
        do throws(Failure) {
            try reader.run()
            box.channel.finish(nil)
        } catch {
            box.channel.finish(error)
        }
        return nil
    }

    private init(_ tail: LogTail, _ channel: LogTailChannel) {
        self.tail = tail
        self.channel = channel
        lines = LineAssembler(service: tail.service)
    }

    deinit { if let file { close(file.descriptor) } }

    private mutating func run() throws(Failure) {
        try watchFolders()
        if try open(), let last = tail.last { try begin(withLast: last) }
        if file == nil, !tail.follows { throw missing(tail.path) }
        while !channel.isCancelled {
            if channel.isFull {
                FolderWatchPause.wait(wake: channel.wakeDescriptor)
                channel.rest()
                continue
            }
            if try read() { continue }
            guard tail.follows else { break }
            if try isReplaced() { continue }
            watch.wait(wake: channel.wakeDescriptor)
            channel.rest()
        }
        if !tail.follows { deliver(lines.rest()) }
    }

    /// Opens the file that the path names now; false while there is none.
    private mutating func open() throws(Failure) -> Bool {
        let descriptor = openFile(tail.path)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            throw unreadable(errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = errno
            close(descriptor)
            throw unreadable(error)
        }
        if let file { close(file.descriptor) }
        file = OpenFile(
            descriptor: descriptor, device: UInt64(status.st_dev), inode: UInt64(status.st_ino), offset: 0)
        return true
    }

    /// Reads one piece; false at the end.
    private mutating func read() throws(Failure) -> Bool {
        guard var file else { return try open() }
        let count = pread(file.descriptor, &chunk, chunk.count, file.offset)
        guard count >= 0 else {
            if errno == EINTR { return true }
            throw unreadable(errno)
        }
        if count == 0 {
            var status = stat()
            guard fstat(file.descriptor, &status) == 0, status.st_size < file.offset else { return false }
            // It was cut short and begins anew.
            file.offset = 0
            self.file = file
            deliver(lines.rest())
            return true
        }
        file.offset += off_t(count)
        self.file = file
        deliver(lines.take(chunk[..<count]))
        return true
    }

    /// When the path names another file now: reads the rest of the old one and opens the new one.
    private mutating func isReplaced() throws(Failure) -> Bool {
        var status = stat()
        guard stat(tail.path, &status) == 0, let present = file,
            UInt64(status.st_ino) != present.inode || UInt64(status.st_dev) != present.device
        else { return false }
        // What was written between the last read and the change.
        while try read() { if channel.isCancelled { return false } }
        deliver(lines.rest())
        lines = LineAssembler(service: tail.service)
        try watchFolders()
        return try open()
    }

    private mutating func begin(withLast count: Int) throws(Failure) {
        guard var file else { return }
        if tail.service == nil {
            file.offset = offset(ofLast: count, in: file)
            self.file = file
            return
        }
        var kept: [String] = []
        while !channel.isCancelled {
            let read = pread(file.descriptor, &chunk, chunk.count, file.offset)
            guard read > 0 else { break }
            file.offset += off_t(read)
            kept += lines.take(chunk[..<read])
            if kept.count > max(count, 1) * 2 { kept.removeFirst(kept.count - count) }
        }
        self.file = file
        deliver(Array(kept.suffix(max(count, 0))))
    }

    /// Reads backwards until enough line ends are found, so that a long log costs no more than its end.
    private mutating func offset(ofLast count: Int, in file: OpenFile) -> off_t {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0, count > 0 else { return status.st_size }
        var position = status.st_size
        var found = 0
        while position > 0 {
            let size = min(position, off_t(chunk.count))
            let read = pread(file.descriptor, &chunk, Int(size), position - size)
            guard read == Int(size) else { return 0 }
            for index in stride(from: read - 1, through: 0, by: -1) where chunk[index] == UInt8(ascii: "\n") {
                let after = position - size + off_t(index) + 1
                // The end of the last line begins no other.
                if after == status.st_size { continue }
                found += 1
                if found == count { return after }
            }
            position -= size
        }
        return 0
    }

    private func deliver(_ lines: [String]) {
        channel.put(lines, bytes: lines.reduce(0) { $0 + $1.utf8.count + 16 })
    }

    /// The folder of the path and, where it is a link, the one of its target.
    private func watchFolders() throws(Failure) {
        let folder = Self.folder(of: tail.path)
        guard access(folder, F_OK) == 0 else { throw missing(folder) }
        watch.add(folder)
        guard let real = realpath(tail.path, nil) else { return }
        watch.add(Self.folder(of: String(cString: real)))
        free(real)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func missing(_ path: String) -> Failure {
        Failure(
            .init("logs.none"), "there is no log '\(path)' yet",
            remedy: "Start the daemon with 'host run', or name another workspace with --workspace.")
    }

    private func unreadable(_ error: Int32) -> Failure {
        Failure(
            .init("logs.read"), "could not read the log '\(tail.path)'",
            remedy: "Run this as a user who may read it.", cause: String(cString: strerror(error)))
    }
}

private func openFile(_ path: String) -> Int32 { open(path, O_RDONLY | O_CLOEXEC) }

/// Waits for the channel alone, without a limit of time.
private enum FolderWatchPause {
    static func wait(wake: Int32) {
        var entry = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, -1)
    }
}
