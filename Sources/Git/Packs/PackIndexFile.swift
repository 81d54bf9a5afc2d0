import Model

/// A pack's index, version 2 (gitformat-pack(5)): `\377tOc`, version, 256 counts, then the sorted names.
struct PackIndexFile {
    let names: [OID]
    /// The checksum at the end of the pack it belongs to.
    let packChecksum: ArraySlice<UInt8>

    /// Nil for a file that is not whole, or none.
    init?(_ path: String) throws(Failure) {
        guard let content = try SmallFile.read(path), content.count >= 8 + 1024 + 40,
            content.starts(with: [0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2])
        else { return nil }
        func number(at offset: Int) -> Int {
            content[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
        }
        let count = number(at: 8 + 255 * 4)
        // Name, checksum and offset of each object; offsets beyond 2 GB stand in a table of their own.
        let least = 8 + 1024 + count * 28 + 40
        guard content.count >= least, (content.count - least) % 8 == 0 else { return nil }
        packChecksum = content[(content.count - 40)..<(content.count - 20)]
        names = content.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return [] }
            return (0..<count).map { OID(base + 8 + 1024 + 20 * $0) }
        }
    }
}
