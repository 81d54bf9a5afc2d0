import Diagnostics
import Dispatch
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads some lines out of a log of any length; memory is that of the lines.
struct LogSlicer: Sendable {
    let path: String
    let mask: @Sendable (String) -> String

    struct Slice: Sendable {
        var offset: Int
        var lines: [String]
        var next: Int?
    }

    /// Bytes of a line that are shown.
    private static let lineBytes = 4000
    /// Bytes of a slice; what is beyond it comes with the next one.
    private static let sliceBytes = 256 << 10

    /// - Parameter offset: lines to leave out; negative ones count from the end.
    /// - Throws: `logs.unreadable`.
    func read(offset: Int, limit: Int) async throws(Failure) -> Slice {
        let result: Result<Slice, Failure> = await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(
                    returning: Result { () throws(Failure) in
                        var start = offset
                        if offset < 0 { start = max(0, try count() + offset) }
                        return try slice(from: start, limit: limit)
                    })
            }
        }
        return try result.get()
    }

    private func count() throws(Failure) -> Int {
        var count = 0
        try forEachLine { _, _ in
            count += 1
            return true
        }
        return count
    }

    private func slice(from start: Int, limit: Int) throws(Failure) -> Slice {
        var slice = Slice(offset: start, lines: [], next: nil)
        var bytes = 0
        var number = 0
        try forEachLine { line, omitted in
            defer { number += 1 }
            if number < start { return true }
            if slice.lines.count == limit || bytes > Self.sliceBytes {
                slice.next = number
                return false
            }
            var text = mask(TextScrubber.scrub(line))
            if omitted > 0 { text += " [... \(omitted) bytes left out ...]" }
            bytes += text.utf8.count
            slice.lines.append(text)
            return true
        }
        // Beyond the end there is nothing; where that is, is worth knowing.
        if slice.lines.isEmpty { slice.offset = min(start, number) }
        return slice
    }

    /// - Parameter body: takes a line without its end, cut where it is long, and how many bytes that left out; false ends it.
    private func forEachLine(_ body: (_ line: [UInt8], _ omitted: Int) -> Bool) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var line: [UInt8] = []
        var omitted = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { Self.read(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure() }
            if count == 0 { break }
            var rest = buffer[..<count]
            while !rest.isEmpty {
                let end = rest.firstIndex(of: 0x0A)
                let part = rest[..<(end ?? rest.endIndex)]
                let room = Self.lineBytes - line.count
                line += part.prefix(room)
                omitted += max(0, part.count - room)
                guard let end else { break }
                guard body(line, omitted) else { return }
                line.removeAll(keepingCapacity: true)
                omitted = 0
                rest = rest[(end + 1)...]
            }
        }
        if !line.isEmpty { _ = body(line, omitted) }
    }

    // The C function by another name: the method here is called the same.
    private static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private func failure() -> Failure {
        Failure(
            .init("logs.unreadable"), "the log '\(path)' cannot be read", remedy: "let the deployer's user read it",
            cause: String(cString: strerror(errno)))
    }
}
