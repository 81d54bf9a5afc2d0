package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folder `feedback/`: what lies in it, and what becomes of a file once it is decided.
package struct FeedbackInbox: Sendable {
    /// What was found under a name.
    package enum Item: Sendable, Hashable {
        case document(name: String, bytes: [UInt8], digest: String)
        /// Cannot be a feedback, whatever is in it.
        case unacceptable(name: String, reason: String)

        /// Of the content, where it was read.
        package var digest: String? {
            guard case .document(_, _, let digest) = self else { return nil }
            return digest
        }
    }

    package let folder: String
    /// Files above it are refused unread; in bytes.
    package let sizeLimit: Int
    private let digest: @Sendable ([UInt8]) -> String

    /// - Parameter digest: names a file's content, as hexadecimal digits.
    package init(folder: String, sizeLimit: Int = 1_000_000, digest: @escaping @Sendable ([UInt8]) -> String) {
        self.folder = folder
        self.sizeLimit = sizeLimit
        self.digest = digest
    }

    /// Makes the folder and its subfolders where they are missing. Throws `inbox.unusable`.
    package func prepare() throws(Failure) {
        for path in [folder, folder + "/applied", folder + "/rejected"] {
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Self.failure("cannot make '\(path)'") }
        }
    }

    /// The names of the files to look at, oldest first; names that begin with a dot are somebody's unfinished work.
    ///
    /// A file whose name is no UTF-8 gets one that is (`%FF` for each byte that fits nowhere): everything behind the
    /// inbox - verdict, log, history - is text. Throws `inbox.unusable`.
    package func names() throws(Failure) -> [String] {
        let raw = try entries().filter { $0.suffix(5).elementsEqual(".json".utf8) }
        var found: [(name: String, seconds: Int, nanoseconds: Int)] = []
        for bytes in raw {
            guard let name = readable(bytes) else { continue }
            var info = stat()
            guard lstat("\(folder)/\(name)", &info) == 0, info.st_mode & S_IFMT != S_IFDIR else { continue }
            #if canImport(Darwin)
                let time = info.st_mtimespec
            #else
                let time = info.st_mtim
            #endif
            found.append((name, time.tv_sec, time.tv_nsec))
        }
        return found.sorted { ($0.seconds, $0.nanoseconds, $0.name) < ($1.seconds, $1.nanoseconds, $1.name) }.map(
            \.name)
    }

    /// The names of everything that lies there, as the file system has them, but for those that begin with a dot.
    func entries() throws(Failure) -> [[UInt8]] {
        guard let handle = opendir(folder) else { throw Self.failure("cannot read '\(folder)'") }
        defer { closedir(handle) }
        var names: [[UInt8]] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
                    Array(UnsafeBufferPointer(start: bytes, count: 256).prefix { $0 != 0 })
                }
            }
            if name.first != UInt8(ascii: ".") { names.append(name) }
        }
        return names
    }

    /// The name as text, under which the file is to be found from now on; nil when it is gone or cannot be renamed.
    private func readable(_ name: [UInt8]) -> String? {
        let text = String(decoding: name, as: UTF8.self)
        if text.utf8.elementsEqual(name) { return text }
        let escaped = name.reduce(into: "") { text, byte in
            if byte < 128 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + String(byte, radix: 16, uppercase: true)
            }
        }
        // A name of 255 bytes has no room for escapes.
        let stem = Self.shortened(String(escaped.dropLast(".json".count)))
        let old = (folder.utf8 + [UInt8(ascii: "/")] + name + [0]).map(CChar.init(bitPattern:))
        for number in 1...100 {
            let new = number == 1 ? "\(stem).json" : "\(stem)-\(number).json"
            if access("\(folder)/\(new)", F_OK) == 0 { continue }
            return rename(old, "\(folder)/\(new)") == 0 ? new : nil
        }
        return nil
    }

    /// At most 200 bytes, cut between characters: a name may have 255, and endings follow.
    static func shortened(_ stem: String) -> String {
        var stem = stem
        while stem.utf8.count > 200 { stem.removeLast() }
        return stem
    }

    /// Tells whether a file is still the one that was looked at before.
    package struct Stamp: Hashable, Sendable {
        fileprivate let file: UInt64
        fileprivate let bytes: Int64
        fileprivate let seconds: Int
        fileprivate let nanoseconds: Int
    }

    /// nil when the file is gone.
    package func stamp(_ name: String) -> Stamp? {
        var info = stat()
        guard lstat("\(folder)/\(name)", &info) == 0 else { return nil }
        #if canImport(Darwin)
            let time = info.st_ctimespec
        #else
            let time = info.st_ctim
        #endif
        return Stamp(
            file: UInt64(info.st_ino), bytes: Int64(info.st_size), seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// Reads one file. nil when it is gone.
    ///
    /// Throws `inbox.unreadable` for what says nothing about the file: too many open files, a disk in trouble.
    package func read(_ name: String) throws(Failure) -> Item? {
        let descriptor = open("\(folder)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            return try Self.obstacle(name, errno).map { .unacceptable(name: name, reason: $0) }
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw Self.unreadable(name, errno) }
        guard info.st_mode & S_IFMT == S_IFREG else {
            return .unacceptable(name: name, reason: "it is no regular file")
        }
        guard info.st_size <= sizeLimit else {
            return .unacceptable(
                name: name, reason: "it has \(info.st_size) bytes; \(sizeLimit) are allowed, send smaller patches")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= sizeLimit {
            let count = buffer.withUnsafeMutableBytes { Self.read(descriptor, $0) }
            if count < 0 && errno == EINTR { continue }
            // Half a file is no feedback to judge.
            guard count >= 0 else { throw Self.unreadable(name, errno) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        guard bytes.count <= sizeLimit else {
            return .unacceptable(name: name, reason: "it grows while it is read; write it elsewhere and move it here")
        }
        return .document(name: name, bytes: bytes, digest: digest(bytes))
    }

    /// Why a file that open(2) refused can never be read; nil when it is gone. Throws for what may pass.
    static func obstacle(_ name: String, _ error: Int32) throws(Failure) -> String? {
        switch error {
        case ENOENT: return nil
        case ELOOP: return "it is a symbolic link; put the file itself there"
        case EACCES, EPERM, ENXIO, ENODEV: return "it cannot be opened: \(String(cString: strerror(error)))"
        default: throw unreadable(name, error)
        }
    }

    private static func unreadable(_ name: String, _ error: Int32) -> Failure {
        Failure(
            .init("inbox.unreadable"), "'\(name)' cannot be read", remedy: "check the disk and the limit of open files",
            cause: String(cString: strerror(error)), scheduling: .retry)
    }

    static func failure(_ message: String) -> Failure {
        Failure(
            .init("inbox.unusable"), message, remedy: "check the folder's owner and the free space",
            cause: String(cString: strerror(errno)), scheduling: .retry)
    }

    // The C function by another name: the method here is called the same.
    private static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}
