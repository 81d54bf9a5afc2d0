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
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw Failure(
                    .init("inbox.unusable"), "cannot make '\(path)'", cause: String(cString: strerror(errno)))
            }
        }
    }

    /// The names of the files to look at, oldest first; names that begin with a dot are somebody's unfinished work.
    package func names() -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var found: [(name: String, seconds: Int, nanoseconds: Int)] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".json"), !name.hasPrefix(".") else { continue }
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

    /// Reads one file. nil when it is gone.
    package func read(_ name: String) -> Item? {
        let descriptor = open("\(folder)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return nil
            case ELOOP: return .unacceptable(name: name, reason: "it is a symbolic link; put the file itself there")
            default:
                return .unacceptable(name: name, reason: "it cannot be opened: \(String(cString: strerror(errno)))")
            }
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
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
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        guard bytes.count <= sizeLimit else {
            return .unacceptable(name: name, reason: "it grows while it is read; write it elsewhere and move it here")
        }
        return .document(name: name, bytes: bytes, digest: digest(bytes))
    }

    // The C functions by another name: the methods here are called the same.
    private static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private static func write(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    /// Moves a decided file to `applied/` or `rejected/`, with the verdict beside it; nothing there is overwritten.
    ///
    /// The verdict is written first: a kill in between leaves the file in the inbox, and it is decided again to the
    /// same end. Returns the new path, relative to the folder.
    package func file(_ name: String, as decision: Verdict.Decision, verdict: [UInt8]) throws(Failure) -> String {
        let target = decision == .rejected ? "rejected" : "applied"
        let stem = String(name.dropLast(".json".count))
        for number in 1...10_000 {
            let base = number == 1 ? stem : "\(stem)-\(number)"
            let destination = "\(target)/\(base).json"
            guard access("\(folder)/\(destination)", F_OK) != 0 else { continue }
            try write(verdict, to: "\(folder)/\(target)/\(base).verdict.json")
            guard link("\(folder)/\(name)", "\(folder)/\(destination)") == 0 else {
                if errno == EEXIST { continue }
                // A link to a link's target or across file systems: rename does for those.
                if rename("\(folder)/\(name)", "\(folder)/\(destination)") == 0 { return destination }
                throw failure("cannot move '\(name)' to '\(destination)'")
            }
            unlink("\(folder)/\(name)")
            return destination
        }
        throw failure("'\(target)/' holds ten thousand files named like '\(name)'")
    }

    private func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = path + ".part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("cannot write '\(path)'") }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.write(descriptor, $0) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write '\(path)'") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure("cannot write '\(path)'") }
    }

    private func failure(_ message: String) -> Failure {
        Failure(
            .init("inbox.unusable"), message, remedy: "check the folder's owner and the free space",
            cause: String(cString: strerror(errno)), scheduling: .retry)
    }
}
