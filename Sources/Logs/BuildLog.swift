import Dispatch
package import Model
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The log of one cycle: `logs/build-YYYYMMDD-HHMMSS.log`, in UTC, and `logs/latest.log` pointing to it.
///
/// `latest.log` is a symbolic link with a relative target, put in place by rename: it says itself which file it is,
/// survives the folder being moved, and never keeps the space of a file that retention has removed, as a hard link
/// would. `tail -F logs/latest.log` follows it from one cycle to the next.
///
/// Appending fills a buffer and returns; the file is written by a queue of its own, 200 ms later at most. A disk that
/// is slower than the output makes whoever appends wait; one that is full makes a gap and sets `failure`. Of more than the
/// limit the beginning is written as it comes and the end when the log is closed; it says what is left out between them.
package final class BuildLog: Sendable {
    package static let latestName = "latest.log"

    /// Absolute, or relative to the working directory, as the folder was given.
    package let path: String
    /// The last component of `path`.
    package let fileName: String

    private struct Origin: Hashable {
        var service: ServiceName?
        var stage: Stage?
        var stream: LogLine.Stream
    }
    private let writer: LogWriter
    // The beginnings of lines whose ends have not come yet.
    private let carries = Mutex<[Origin: [UInt8]]>([:])

    /// Bytes after which a line without an end is broken.
    private static let lineLimit = 65_536

    private init(path: String, fileName: String, descriptor: Int32, limit: Int) {
        self.path = path
        self.fileName = fileName
        writer = LogWriter(
            descriptor: descriptor, ownsDescriptor: true, name: path, limit: 4 << 20, interval: 200, overflow: .wait,
            cut: HeadAndTail(limit: limit))
    }

    /// Makes the log of a cycle that begins now, and the folder when it is missing.
    /// - Parameter limit: bytes that it may take.
    /// - Throws: `logs.create` when the folder cannot be written.
    package static func create(
        in folder: String, at time: Timestamp = .now, limit: Int = 64 << 20
    ) async throws(Failure) -> BuildLog {
        let result: Result<BuildLog, Failure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(Failure) in try make(in: folder, at: time, limit: limit) })
            }
        }
        return try result.get()
    }

    /// The first failure to write; the log goes on after it, with a gap.
    package var failure: Failure? { writer.failure }

    /// Bytes that did not fit; known when the log is closed.
    package var leftOut: Int { writer.leftOut }

    package func append(_ line: LogLine) {
        writer.append { LineFormat.append(line, to: &$0) }
    }

    package func append(_ lines: [LogLine]) {
        writer.append { buffer in for line in lines { LineFormat.append(line, to: &buffer) } }
    }

    /// Appends output as it comes, in pieces of any size; each of its lines is marked as the stage's.
    package func append(
        bytes: UnsafeRawBufferPointer, service: ServiceName?, stage: Stage?, stream: LogLine.Stream = .stdout,
        at time: Timestamp = .now
    ) {
        guard !bytes.isEmpty else { return }
        let origin = Origin(service: service, stage: stage, stream: stream)
        var prefix: [UInt8] = []
        LineFormat.appendPrefix(time: time, service: service, stage: stage, to: &prefix)
        carries.withLock { carries in
            let end = bytes.lastIndex(of: UInt8(ascii: "\n"))
            let lines = UnsafeRawBufferPointer(rebasing: bytes[..<(end.map { $0 + 1 } ?? 0)])
            let tail = UnsafeRawBufferPointer(rebasing: bytes[lines.count...])
            if end != nil {
                writer.append { buffer in
                    guard let carry = carries.removeValue(forKey: origin) else {
                        return LineFormat.appendLines(lines, prefix: prefix, to: &buffer)
                    }
                    (carry + lines).withUnsafeBytes { LineFormat.appendLines($0, prefix: prefix, to: &buffer) }
                }
            }
            if !tail.isEmpty {
                carries[origin, default: []].append(contentsOf: tail)
                if carries[origin, default: []].count >= Self.lineLimit { write(carries: &carries, of: origin, prefix) }
            }
        }
    }

    package func append(
        bytes: [UInt8], service: ServiceName?, stage: Stage?, stream: LogLine.Stream = .stdout,
        at time: Timestamp = .now
    ) {
        bytes.withUnsafeBytes { append(bytes: $0, service: service, stage: stage, stream: stream, at: time) }
    }

    /// Writes everything appended so far, lines that have no end yet included: at the end of a stage.
    package func flush() async {
        endLines()
        await writer.flush()
    }

    /// Flushes and closes; later lines are lost.
    package func close() async {
        endLines()
        await writer.finish()
    }

    private func endLines() {
        carries.withLock { carries in
            for origin in carries.keys.sorted(by: { "\($0)" < "\($1)" }) {
                var prefix: [UInt8] = []
                LineFormat.appendPrefix(time: .now, service: origin.service, stage: origin.stage, to: &prefix)
                write(carries: &carries, of: origin, prefix)
            }
        }
    }

    private func write(carries: inout [Origin: [UInt8]], of origin: Origin, _ prefix: [UInt8]) {
        guard let carry = carries.removeValue(forKey: origin) else { return }
        writer.append { buffer in
            carry.withUnsafeBytes { LineFormat.appendLines($0, prefix: prefix, to: &buffer) }
        }
    }

    private static func make(in folder: String, at time: Timestamp, limit: Int) throws(Failure) -> BuildLog {
        if mkdir(folder, 0o755) != 0, errno != EEXIST { throw cannot("make the folder", folder) }
        let stem = "build-\(time.compact)"
        var number = 1
        while true {
            let name = number == 1 ? "\(stem).log" : "\(stem)-\(number).log"
            let path = "\(folder)/\(name)"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                let log = BuildLog(path: path, fileName: name, descriptor: descriptor, limit: limit)
                try point(latestName, to: name, in: folder)
                return log
            }
            guard errno == EEXIST, number < 10_000 else { throw cannot("create the build log", path) }
            number += 1
        }
    }

    private static func point(_ link: String, to name: String, in folder: String) throws(Failure) {
        let temporary = "\(folder)/.\(link).\(getpid()).\(name)"
        unlink(temporary)
        guard symlink(name, temporary) == 0, rename(temporary, "\(folder)/\(link)") == 0 else {
            let failure = cannot("point to the newest build log with", "\(folder)/\(link)")
            unlink(temporary)
            throw failure
        }
    }

    private static func cannot(_ what: String, _ path: String) -> Failure {
        let error = errno
        return Failure(
            .init(error == ENOSPC ? "logs.disk-full" : "logs.create"), "could not \(what) '\(path)'",
            remedy: error == ENOSPC
                ? "Free some space on its file system." : "Let the user that runs the daemon write to that folder.",
            cause: String(cString: strerror(error)),
            scheduling: error == ENOSPC ? .wait(for: "disk space") : .stop)
    }
}
