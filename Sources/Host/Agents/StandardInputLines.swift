import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The lines of standard input, as they come.
struct StandardInputLines: AsyncSequence, Sendable {
    enum Element: Sendable {
        /// Without its end.
        case whole([UInt8])
        /// Longer than the limit; nothing of it is kept.
        case tooLong
    }
    /// Bytes of a line.
    let limit: Int
    /// Lines that are read ahead of whoever takes them.
    private static let ahead = 64

    func makeAsyncIterator() -> AsyncStream<Element>.Iterator {
        let (stream, continuation) = AsyncStream.makeStream(of: Element.self)
        let room = DispatchSemaphore(value: Self.ahead)
        DispatchQueue(label: "standard input").async { [limit] in
            Self.read(limit) { line in
                room.wait()
                if case .terminated = continuation.yield(line) { return false }
                room.signal()
                return true
            }
            continuation.finish()
        }
        return stream.makeAsyncIterator()
    }

    private static func read(_ limit: Int, _ take: (Element) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var line: [UInt8] = []
        var isTooLong = false
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                #if canImport(Glibc)
                    Glibc.read(0, bytes.baseAddress, bytes.count)
                #else
                    Darwin.read(0, bytes.baseAddress, bytes.count)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            var rest = buffer[..<count]
            while !rest.isEmpty {
                let end = rest.firstIndex(of: 0x0A)
                let part = rest[..<(end ?? rest.endIndex)]
                if line.count + part.count > limit {
                    isTooLong = true
                    line = []
                } else if !isTooLong {
                    line += part
                }
                guard let end else { break }
                guard take(isTooLong ? .tooLong : .whole(line)) else { return }
                line.removeAll(keepingCapacity: true)
                isTooLong = false
                rest = rest[(end + 1)...]
            }
        }
        // A last line without an end is one all the same.
        if isTooLong || !line.isEmpty { _ = take(isTooLong ? .tooLong : .whole(line)) }
    }
}
