#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The names of the libraries that a program or library asks the loader for (DT_NEEDED).
///
/// Source of the format: System V ABI, chapters "ELF header", "Program header" and "Dynamic section"; 64-bit
/// little-endian alone, which is every platform that Swift on Linux runs on.
enum ELFImage {
    /// nil for anything but a whole ELF file of that kind; empty for one that needs none.
    static func neededLibraries(of path: String) -> [String]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return neededLibraries { offset, count in read(descriptor, offset, count) }
    }

    /// - Parameter read: `count` bytes from `offset`, or nil when the file does not hold them.
    static func neededLibraries(read: (_ offset: UInt64, _ count: Int) -> [UInt8]?) -> [String]? {
        guard let header = read(0, 64), Array(header[..<6]) == [0x7F, 0x45, 0x4C, 0x46, 2, 1] else { return nil }
        let count = Int(integer(header, 56, 2))
        let size = Int(integer(header, 54, 2))
        guard count > 0 else { return [] }
        guard size >= 56, let table = read(integer(header, 32, 8), count * size) else { return nil }
        let segments = (0..<count).map { Segment(table, $0 * size) }
        guard let dynamic = segments.first(where: { $0.type == 2 }) else { return [] }
        guard dynamic.size <= 1 << 20, let entries = read(dynamic.offset, Int(dynamic.size)) else { return nil }
        var needed: [UInt64] = []
        var strings: UInt64?
        var stringSize: UInt64 = 0
        for start in stride(from: 0, to: entries.count - 15, by: 16) {
            let value = integer(entries, start + 8, 8)
            switch integer(entries, start, 8) {
            case 1: needed.append(value)
            case 5: strings = value
            case 10: stringSize = value
            default: break
            }
            if integer(entries, start, 8) == 0 { break }
        }
        if needed.isEmpty { return [] }
        guard let strings, stringSize <= 64 << 20,
            let home = segments.first(where: { $0.type == 1 && $0.holds(strings) }),
            let text = read(strings - home.address + home.offset, Int(stringSize))
        else { return nil }
        return needed.compactMap { offset in
            guard offset < stringSize else { return nil }
            return String(decoding: text[Int(offset)...].prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private struct Segment {
        var type, offset, address, size: UInt64
        init(_ table: [UInt8], _ start: Int) {
            type = integer(table, start, 4)
            offset = integer(table, start + 8, 8)
            address = integer(table, start + 16, 8)
            size = integer(table, start + 32, 8)
        }
        func holds(_ place: UInt64) -> Bool { place >= address && place - address < size }
    }

    private static func integer(_ bytes: [UInt8], _ start: Int, _ width: Int) -> UInt64 {
        (0..<width).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    }

    private static func read(_ descriptor: Int32, _ offset: UInt64, _ count: Int) -> [UInt8]? {
        guard count > 0, count <= 64 << 20, let offset = Int64(exactly: offset) else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let more = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + have }, count - have, off_t(offset) + off_t(have))
            }
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { return nil }
            have += more
        }
        return bytes
    }
}
