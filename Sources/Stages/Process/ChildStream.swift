import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One output of a child: the pipe's read end and what is kept of it for the result.
struct ChildStream {
    private(set) var descriptor: Int32
    let kind: ProcessOutput
    /// Its end is the present one: more may come.
    let isFile: Bool
    private(set) var kept: [UInt8] = []
    private(set) var isCut = false

    init(descriptor: Int32, kind: ProcessOutput, isFile: Bool = false) {
        self.descriptor = descriptor
        self.kind = kind
        self.isFile = isFile
    }

    var isClosed: Bool { descriptor < 0 }

    /// Takes what there is, into `buffer`; nil when there is nothing or the stream has ended.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer, keeping limit: Int) -> UnsafeRawBufferPointer? {
        let count = Self.read(descriptor, buffer)
        guard count > 0 else {
            if (count == 0 && !isFile) || (count < 0 && errno != EAGAIN && errno != EINTR) { close() }
            return nil
        }
        let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        let room = limit - kept.count
        if room > 0 { kept.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece.prefix(room))) }
        if limit > 0, count > room { isCut = true }
        return piece
    }

    mutating func close() {
        if descriptor >= 0 { Self.shut(descriptor) }
        descriptor = -1
    }

    // The methods hide the C library's functions of the same names.
    private static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
    fileprivate static func shut(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}

/// What a child is fed, as fast as it takes it.
struct ChildInput {
    private(set) var descriptor: Int32
    private let bytes: [UInt8]
    private var position = 0

    init(descriptor: Int32, bytes: [UInt8]) {
        self.descriptor = descriptor
        self.bytes = bytes
    }

    /// Writes what fits into the pipe; closes it at the end, or when nobody reads it any more.
    mutating func feed() {
        let count = bytes[position...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { position += count }
        if position == bytes.count || (count < 0 && errno != EAGAIN && errno != EINTR) { close() }
    }

    mutating func close() {
        if descriptor >= 0 { ChildStream.shut(descriptor) }
        descriptor = -1
    }
}

/// The pipes between the daemon and a child. The child's ends are closed by whoever spawns it.
struct ChildPipes: Sendable {
    var outputRead: Int32
    var outputWrite: Int32
    var errorRead: Int32
    var errorWrite: Int32
    var inputRead: Int32?
    var inputWrite: Int32?
    /// Both outputs go into one file, and `outputRead` reads it from where it ended before.
    var isFile = false

    /// Nil when the process has no descriptors left.
    init?(withInput: Bool) {
        guard let output = KernelControl.pipe() else { return nil }
        guard let error = KernelControl.pipe() else {
            Self.shut([output.read, output.write])
            return nil
        }
        (outputRead, outputWrite, errorRead, errorWrite) = (output.read, output.write, error.read, error.write)
        // Fewer switches between a chatty child and the daemon: 1 GB of lines takes a third less time than with 64 KiB.
        KernelControl.enlarge(pipe: outputRead, to: 1 << 18)
        guard withInput else { return }
        guard let input = KernelControl.pipe(feedsChild: true) else {
            Self.shut([outputRead, outputWrite, errorRead, errorWrite])
            return nil
        }
        inputRead = input.read
        inputWrite = input.write
    }

    /// Lets the child write into a file instead: what it leaves running may write on when nobody reads any more.
    ///
    /// Nil when the file cannot be written, or the process has no descriptors left.
    init?(file: String, withInput: Bool) {
        guard let write = Files.open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW) else { return nil }
        guard let read = Files.open(file, O_RDONLY | O_NOFOLLOW) else {
            Self.shut([write])
            return nil
        }
        lseek(read, 0, SEEK_END)
        let copy = fcntl(write, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else {
            Self.shut([read, write])
            return nil
        }
        (outputRead, outputWrite, errorRead, errorWrite) = (read, write, -1, copy)
        isFile = true
        guard withInput else { return }
        guard let input = KernelControl.pipe(feedsChild: true) else {
            Self.shut([outputRead, outputWrite, errorWrite])
            return nil
        }
        inputRead = input.read
        inputWrite = input.write
    }

    /// Closes the daemon's ends, when nothing came of the child.
    func closeOwnEnds() { Self.shut([outputRead, errorRead] + (inputWrite.map { [$0] } ?? [])) }

    /// Closes both, when nothing was even tried.
    func closeAllEnds() {
        closeOwnEnds()
        Self.shut([outputWrite, errorWrite] + (inputRead.map { [$0] } ?? []))
    }

    private static func shut(_ descriptors: [Int32]) {
        for descriptor in descriptors where descriptor >= 0 { ChildStream.shut(descriptor) }
    }
}
