#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Buffered reading of lines and counted bytes from a descriptor that stays open.
struct Input {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var position = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next line without its end. Throws at the end of the input.
    mutating func line() throws(TransportError) -> String {
        var bytes: [UInt8] = []
        while true {
            let byte = try next()
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            guard bytes.count < 256 else { throw TransportError(.request, "a line of the request is too long") }
            bytes.append(byte)
        }
    }

    /// Exactly `count` bytes.
    mutating func bytes(_ count: Int) throws(TransportError) -> [UInt8] {
        var taken: [UInt8] = []
        taken.reserveCapacity(count)
        while taken.count < count {
            if position == buffer.count { try fill() }
            let share = buffer[position..<min(buffer.count, position + count - taken.count)]
            taken.append(contentsOf: share)
            position += share.count
        }
        return taken
    }

    private mutating func next() throws(TransportError) -> UInt8 {
        if position == buffer.count { try fill() }
        defer { position += 1 }
        return buffer[position]
    }

    private mutating func fill() throws(TransportError) {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        var count = 0
        repeat {
            count = read(descriptor, &chunk, chunk.count)
        } while count < 0 && errno == EINTR
        guard count > 0 else { throw TransportError(.request, "the request ends before it is complete") }
        buffer = Array(chunk[..<count])
        position = 0
    }
}
