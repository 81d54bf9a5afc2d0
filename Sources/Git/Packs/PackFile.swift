import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// A pack, checked by its ends alone: `PACK`, a version, the number of objects; and at the end the checksum that the index has too.
enum PackFile {
    /// What is wrong with the pack; nil when nothing is.
    static func fault(_ path: String, _ index: PackIndexFile) throws(Failure) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .files("read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .files("look at", path) }
        if status.st_size == 0 { return "the pack is empty" }
        guard status.st_size >= 32, let head = bytes(descriptor, at: 0, 12),
            let tail = bytes(descriptor, at: Int(status.st_size) - 20, 20)
        else { return "the pack is cut off" }
        guard head.starts(with: "PACK".utf8), head[7] == 2 || head[7] == 3 else { return "it is no pack" }
        let count = head[8...].reduce(0) { $0 << 8 | Int($1) }
        guard count == index.names.count else { return "its number of objects is not that of its index" }
        return tail.elementsEqual(index.packChecksum) ? nil : "its end is not the one its index tells of: it is cut off"
    }

    private static func bytes(_ descriptor: CInt, at offset: Int, _ count: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        return pread(descriptor, &buffer, count, off_t(offset)) == count ? buffer : nil
    }
}
