#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The runtime log of a service: every line with its time in UTC, rotated by size, so many files kept.
package struct RuntimeLog: ~Copyable {
    private let path: String
    private let limit: Int
    private let keep: Int
    private var descriptor: Int32 = -1
    private var size = 0
    private var hasFailed = false

    /// - Parameters:
    ///   - limit: bytes after which the file is rotated.
    ///   - keep: rotated files kept beside the present one: `path.1` is the newest of them.
    package init(path: String, limit: Int, keep: Int) {
        self.path = path
        self.limit = max(limit, 4096)
        self.keep = max(keep, 0)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Writes whole lines; what the disk refuses is lost, a full disk must not stop the service.
    package mutating func write(_ lines: [[UInt8]], time: Int) {
        guard !lines.isEmpty else { return }
        let stamp = Array(CivilTime.stamp(milliseconds: time).utf8) + [UInt8(ascii: " ")]
        var block: [UInt8] = []
        for line in lines {
            let count = stamp.count + line.count + 1
            if size + block.count + count > limit, size + block.count > 0 {
                flush(&block)
                rotate()
            }
            block += stamp
            block += line
            block.append(UInt8(ascii: "\n"))
        }
        flush(&block)
    }

    private mutating func flush(_ block: inout [UInt8]) {
        guard !block.isEmpty, openIfNeeded() else { return }
        if Files.write(block, to: descriptor) {
            size += block.count
        } else {
            // Perhaps the file was moved away or the disk is full: try afresh with the next lines.
            close(descriptor)
            descriptor = -1
        }
        block.removeAll(keepingCapacity: true)
    }

    private mutating func openIfNeeded() -> Bool {
        if descriptor >= 0 { return true }
        guard let opened = Files.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o640) else { return false }
        descriptor = opened
        size = Int(max(0, lseek(opened, 0, SEEK_END)))
        return true
    }

    private mutating func rotate() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        size = 0
        guard keep > 0 else {
            unlink(path)
            return
        }
        for number in stride(from: keep - 1, through: 1, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        rename(path, "\(path).1")
    }
}

/// UTC dates without Foundation.
package enum CivilTime {
    /// RFC 3339 with milliseconds: `2026-11-23T12:54:00.125Z`.
    package static func stamp(milliseconds: Int) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let year = padded(Int(parts.tm_year) + 1900, 4)
        let date = "\(year)-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(clock).\(padded(milliseconds % 1000, 3))Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
