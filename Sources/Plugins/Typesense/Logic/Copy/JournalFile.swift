import Model
import PluginSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Which documents a copy holds, and what they were when they were copied, in the order of the source. On the disk, so that a
/// copy of any size needs the same memory and goes on after a kill.
///
/// The file is a sequence of blocks: u32 length, u32 digest, then records of u8 (1: the target refused the document), u16
/// length of the id, the id as it stands in JSON, u64 digest of the document. A block that is cut ends the file.
package enum JournalFile {
    package struct Record: Hashable, Sendable {
        package var id: [UInt8]
        package var digest: UInt64
        package var isRefused: Bool
        package init(id: [UInt8], digest: UInt64, isRefused: Bool = false) {
            self.id = id
            self.digest = digest
            self.isRefused = isRefused
        }
    }

    static let blockLimit = 1 << 26

    /// How many documents a journal knows, and how many of them the target refused.
    package static func count(_ path: String) throws -> (all: Int, refused: Int) {
        guard let reader = try JournalReader(path) else { return (0, 0) }
        var (all, refused) = (0, 0)
        while let record = reader.next() {
            all += 1
            refused += record.isRefused ? 1 : 0
        }
        return (all, refused)
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.withUnsafeBytes { DocumentLine.digest($0) })
    }
}

/// Appends to a journal what has been copied.
package final class JournalWriter {
    private let descriptor: Int32
    private let path: String

    /// Begins a new file.
    package init(_ path: String) throws {
        self.path = path
        let made = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw Files.failure("write", path) }
        descriptor = made
    }

    deinit { close(descriptor) }

    package func append(_ records: [JournalFile.Record]) throws {
        guard !records.isEmpty else { return }
        var block: [UInt8] = []
        for record in records {
            block.append(record.isRefused ? 1 : 0)
            withUnsafeBytes(of: UInt16(clamping: record.id.count).littleEndian) { block.append(contentsOf: $0) }
            block.append(contentsOf: record.id.prefix(Int(UInt16.max)))
            withUnsafeBytes(of: record.digest.littleEndian) { block.append(contentsOf: $0) }
        }
        var bytes: [UInt8] = []
        withUnsafeBytes(of: UInt32(block.count).littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: JournalFile.checksum(block).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += block
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Files.failure("write", path) }
            sent += count
        }
    }
}

/// Reads a journal from its beginning, one block in memory.
package final class JournalReader {
    private let descriptor: Int32
    private var block: [UInt8] = []
    private var position = 0
    /// The record that `next` gives.
    package private(set) var current: JournalFile.Record?

    /// nil when there is no such file.
    package init?(_ path: String) throws {
        let made = open(path, O_RDONLY | O_CLOEXEC)
        if made < 0, errno == ENOENT { return nil }
        guard made >= 0 else { throw Files.failure("read", path) }
        descriptor = made
        current = read()
    }

    deinit { close(descriptor) }

    package func next() -> JournalFile.Record? {
        defer { if current != nil { current = read() } }
        return current
    }

    private func read() -> JournalFile.Record? {
        while position >= block.count {
            guard nextBlock() else { return nil }
        }
        guard block.count - position >= 3 else { return nil }
        let isRefused = block[position] == 1
        let length = Int(block[position + 1]) | Int(block[position + 2]) << 8
        let start = position + 3
        guard block.count - start >= length + 8 else { return nil }
        let id = Array(block[start..<start + length])
        let digest = block.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: start + length, as: UInt64.self))
        }
        position = start + length + 8
        return JournalFile.Record(id: id, digest: digest, isRefused: isRefused)
    }

    private func nextBlock() -> Bool {
        guard let head = take(8) else { return false }
        let length = head.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
        let checksum = head.withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        }
        guard length <= JournalFile.blockLimit, let bytes = take(Int(length)), JournalFile.checksum(bytes) == checksum
        else { return false }
        block = bytes
        position = 0
        return true
    }

    private func take(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let read = bytes.withUnsafeMutableBytes { buffer in
                #if canImport(Glibc)
                    Glibc.read(descriptor, buffer.baseAddress.map { $0 + got }, count - got)
                #elseif canImport(Musl)
                    Musl.read(descriptor, buffer.baseAddress.map { $0 + got }, count - got)
                #else
                    Darwin.read(descriptor, buffer.baseAddress.map { $0 + got }, count - got)
                #endif
            }
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { return nil }
            got += read
        }
        return bytes
    }
}
