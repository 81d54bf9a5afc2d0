import Dispatch
package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folder the logs lie in.
package enum LogFolder {
    /// Removes what the retention does not keep. What cannot be removed is passed over and tried again next time.
    /// - Parameters:
    ///   - running: names of files that are being written, such as the present cycle's log.
    /// - Returns: the names that were removed.
    /// - Throws: `logs.folder` when the folder cannot be read; one that is missing holds nothing.
    @discardableResult
    package static func apply(
        _ retention: LogRetention, in folder: String, running: Set<String>
    ) async throws(Failure) -> [String] {
        let result: Result<[String], Failure> = await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(
                    returning: Result { () throws(Failure) in
                        let names = retention.plan(try files(in: folder), running: running)
                        return names.filter { unlink("\(folder)/\($0)") == 0 }
                    })
            }
        }
        return try result.get()
    }

    /// The regular files of the folder, links not followed.
    package static func files(in folder: String) throws(Failure) -> [LogRetention.File] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw Failure(
                .init("logs.folder"), "could not read the log folder '\(folder)'",
                remedy: "Let the user that runs the daemon read it.", cause: String(cString: strerror(errno)))
        }
        defer { closedir(stream) }
        var files: [LogRetention.File] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            #if canImport(Darwin)
                let modified = Int64(status.st_mtimespec.tv_sec)
            #else
                let modified = Int64(status.st_mtim.tv_sec)
            #endif
            files.append(.init(name: name, bytes: Int64(status.st_size), modified: modified))
        }
        return files
    }
}
