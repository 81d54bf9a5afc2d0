import PluginKit

#if canImport(Glibc)
    import Glibc
    private let openFile = Glibc.open(_:_:_:)
#elseif canImport(Darwin)
    import Darwin
    private let openFile = Darwin.open(_:_:_:)
#endif

/// The stage was cancelled, or its time is up.
struct Interrupted: Error {}

/// Folders with everything in them: copied, compared, removed. Hidden files (`.git`, `.DS_Store`) are passed over.
struct Tree {
    enum Kind { case file, folder, other }

    /// What is asked before each file and each piece of one.
    let isInterrupted: () -> Bool

    /// nil where there is nothing; a link is itself, not what it leads to.
    static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// Names in a folder, sorted; empty when there is no such folder.
    func names(in folder: String, hidden: Bool = false) throws -> [String] {
        guard let handle = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw failure("read the folder", folder)
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != ".", name != "..", hidden || !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Copies a folder to where nothing is, and waits until all of it is on the disk. A link, a socket or the like throws:
    /// what it leads to may be anywhere.
    func copy(_ source: String, to target: String) throws {
        if isInterrupted() { throw Interrupted() }
        switch Self.kind(source) {
        case .file: try copyFile(source, to: target)
        case .folder:
            guard mkdir(target, 0o755) == 0 else { throw failure("make", target) }
            for name in try names(in: source) { try copy("\(source)/\(name)", to: "\(target)/\(name)") }
            try synchronize(target)
        case .other: throw PluginFailure("site.files", "'\(source)' is neither a file nor a folder")
        case nil: throw failure("read", source)
        }
    }

    private func copyFile(_ source: String, to target: String) throws {
        let input = try open(source)
        defer { close(input) }
        let output = openFile(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw failure("write", target) }
        defer { close(output) }
        while let bytes = try next(input, of: source) {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure("write", target) }
                rest = rest.dropFirst(count)
            }
        }
        guard fsync(output) == 0 else { throw failure("write", target) }
    }

    /// Removes a file or a folder with everything in it; fine when there is nothing. Never follows a link.
    func remove(_ path: String) throws {
        switch Self.kind(path) {
        case nil: return
        case .folder:
            for name in try names(in: path, hidden: true) { try remove("\(path)/\(name)") }
            guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
        default: guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
        }
    }

    /// The files that differ, by their paths relative to both folders; `live` need not be there.
    func differences(from live: String, to source: String, at path: String = "") throws -> [PlanChange] {
        if isInterrupted() { throw Interrupted() }
        let (old, new) = (path.isEmpty ? live : "\(live)/\(path)", path.isEmpty ? source : "\(source)/\(path)")
        let kinds = (Self.kind(old), Self.kind(new))
        if kinds.0 != .folder, kinds.1 != .folder {
            if kinds.0 == nil { return [PlanChange(.create, path, reason: "it is new")] }
            if kinds.1 == nil {
                return [PlanChange(.remove, path, reason: "it is not among the sources any more")]
            }
            if kinds.0 == .file, kinds.1 == .file, try haveEqualContent(old, new) { return [] }
            return [PlanChange(.update, path, reason: "its content differs")]
        }
        var names: Set<String> = []
        if kinds.0 == .folder { names.formUnion(try self.names(in: old)) }
        if kinds.1 == .folder { names.formUnion(try self.names(in: new)) }
        return try names.sorted().flatMap { name in
            try differences(from: live, to: source, at: path.isEmpty ? name : "\(path)/\(name)")
        }
    }

    private func haveEqualContent(_ left: String, _ right: String) throws -> Bool {
        let files = (try open(left), try open(right))
        defer {
            close(files.0)
            close(files.1)
        }
        while true {
            let pieces = (try next(files.0, of: left), try next(files.1, of: right))
            guard pieces.0 == pieces.1 else { return false }
            if pieces.0 == nil { return true }
        }
    }

    /// Waits until a folder's entries are on the disk.
    func synchronize(_ folder: String) throws {
        let descriptor = try open(folder)
        defer { close(descriptor) }
        // Some file systems have no fsync for folders.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("synchronize", folder) }
    }

    func failure(_ verb: String, _ path: String) -> PluginFailure {
        PluginFailure("site.files", "cannot \(verb) '\(path)': \(String(cString: strerror(errno)))")
    }

    private func open(_ path: String) throws -> Int32 {
        let descriptor = openFile(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw failure("read", path) }
        return descriptor
    }

    /// The next piece of a file, as long as it gets; nil at its end.
    private func next(_ descriptor: Int32, of path: String) throws -> [UInt8]? {
        if isInterrupted() { throw Interrupted() }
        var piece = [UInt8](repeating: 0, count: 256 << 10)
        var filled = 0
        while filled < piece.count {
            let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + filled, $0.count - filled) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { break }
            filled += count
        }
        return filled == 0 ? nil : Array(piece[..<filled])
    }
}
