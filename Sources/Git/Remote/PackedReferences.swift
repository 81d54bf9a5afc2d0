import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Looks one name up in a `packed-refs` file: by halving where its header says that it is sorted, so that tens of thousands of
/// references cost a dozen small reads.
struct PackedReferences {
    private static let window = 8192
    let descriptor: Int32
    let path: String

    func target(of name: String) throws(LocalReferences.Problem) -> ObjectID? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalReferences.unreadable(path) }
        let size = Int(status.st_size)
        let wanted = Array(name.utf8)
        let head = try read(at: 0, count: min(size, Self.window))
        var low = 0
        var high = size
        if size > Self.window, Self.saysSorted(head) {
            (low, high) = try narrowed(to: wanted, size: size)
        }
        // The line that begins before `high` may end after it.
        let bytes = try read(at: low, count: min(size, high + Self.window) - low)
        return Self.search(bytes, for: wanted)
    }

    /// Halves the range in which the wanted line begins until it is one window long. `low` always begins a line.
    private func narrowed(to wanted: [UInt8], size: Int) throws(LocalReferences.Problem) -> (Int, Int) {
        var low = 0
        var high = size
        while high - low > Self.window {
            let middle = (low + high) / 2
            let bytes = try read(at: middle, count: min(Self.window, size - middle))
            guard let (start, name) = Self.firstWholeLine(bytes), middle + start < high else {
                high = middle + 1
                continue
            }
            if wanted.lexicographicallyPrecedes(name) {
                high = middle + start
            } else {
                low = middle + start
            }
        }
        return (low, high)
    }

    /// The first line that begins in `bytes` and names a reference, with its name.
    private static func firstWholeLine(_ bytes: [UInt8]) -> (Int, ArraySlice<UInt8>)? {
        var rest = bytes[...]
        while let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) {
            rest = rest[(lineEnd + 1)...]
            guard let next = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            if let entry = entry(rest[..<next]) { return (rest.startIndex, entry.name) }
        }
        return nil
    }

    private static func search(_ bytes: [UInt8], for wanted: [UInt8]) -> ObjectID? {
        var found: ObjectID?
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let entry = entry(line), entry.name.elementsEqual(wanted) {
                found = ObjectID(String(decoding: entry.id, as: UTF8.self))
                break
            }
        }
        return found
    }

    /// `<id> <name>`; nil for the header and for peeled values (`^<id>`).
    private static func entry(_ line: ArraySlice<UInt8>) -> (id: ArraySlice<UInt8>, name: ArraySlice<UInt8>)? {
        guard let first = line.first, first != UInt8(ascii: "#"), first != UInt8(ascii: "^"),
            let blank = line.firstIndex(of: UInt8(ascii: " "))
        else { return nil }
        return (line[..<blank], line[(blank + 1)...])
    }

    private static func saysSorted(_ head: [UInt8]) -> Bool {
        let line = String(decoding: head.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.hasPrefix("# pack-refs with:") && line.split(separator: " ").contains("sorted")
    }

    private func read(at offset: Int, count: Int) throws(LocalReferences.Problem) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        var filled = 0
        while filled < bytes.count {
            let done = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(offset + filled))
            }
            if done < 0 && errno == EINTR { continue }
            guard done >= 0 else { throw LocalReferences.unreadable(path) }
            if done == 0 { break }
            filled += done
        }
        return Array(bytes[..<filled])
    }
}
