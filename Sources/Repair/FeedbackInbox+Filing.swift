package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension FeedbackInbox {
    /// Moves a decided file to `applied/` or `rejected/`, with the verdict beside it; nothing there is overwritten.
    ///
    /// The verdict is written first: a kill in between leaves the file in the inbox, and it is filed again, in the same
    /// place. Returns the new path, relative to the folder.
    package func file(_ name: String, as decision: Verdict.Decision, verdict: [UInt8]) throws(Failure) -> String {
        let target = [.rejected, .needsAnchor, .withdrawn].contains(decision) ? "rejected" : "applied"
        let source = "\(folder)/\(name)"
        let stem = Self.shortened(String(name.dropLast(".json".count)))
        for number in 1...10_000 {
            let base = number == 1 ? stem : "\(stem)-\(number)"
            let destination = "\(target)/\(base).json"
            let path = "\(folder)/\(destination)"
            // A kill came between link and unlink.
            let isThere = isSameFile(source, path)
            if !isThere, isTaken("\(folder)/\(target)/\(base)") { continue }
            try write(verdict, to: "\(folder)/\(target)/\(base).verdict.json")
            if !isThere, link(source, path) != 0 {
                if errno == EEXIST { continue }
                // A file of somebody else's, or a file system without links: rename does for those.
                if rename(source, path) == 0 { return destination }
                throw Self.failure("cannot move '\(name)' to '\(destination)'")
            }
            // What stays in the inbox would be decided again.
            guard unlink(source) == 0 || errno == ENOENT else {
                throw Self.failure("cannot remove '\(name)' from the inbox")
            }
            return destination
        }
        throw Self.failure("'\(target)/' holds ten thousand files named like '\(name)'")
    }

    /// Whether a file was filed under this name already, or under the name of its verdict: `x.verdict.json` may be a
    /// feedback as well, and has then a verdict of its own beside it. A verdict alone is what a kill left.
    private func isTaken(_ base: String) -> Bool {
        let exists = { access($0, F_OK) == 0 }
        return exists(base + ".json")
            || exists(base + ".verdict.json") && exists(base + ".verdict.verdict.json")
    }

    private func isSameFile(_ left: String, _ right: String) -> Bool {
        var (one, other) = (stat(), stat())
        return lstat(left, &one) == 0 && lstat(right, &other) == 0 && one.st_ino == other.st_ino
            && one.st_dev == other.st_dev
    }

    private func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = path + ".part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure("cannot write '\(path)'") }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.write(descriptor, $0) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("cannot write '\(path)'") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure("cannot write '\(path)'") }
    }

    // The C function by another name: the method here is called the same.
    private static func write(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}
