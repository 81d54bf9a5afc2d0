#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes the answer's lines; see `GitTransport` for their form. Collected and written in large pieces, because a remote
/// may have tens of thousands of references.
final class Reply {
    private var buffer: [UInt8] = []

    func line(_ words: String...) {
        for (index, word) in words.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: " ")) }
            append(word)
        }
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count > 32_768 { flush() }
    }

    func error(_ error: TransportError) {
        line("error", error.kind.rawValue, String(error.code), String(error.gitClass), error.message)
        flush()
    }

    func flush() {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func append(_ word: String) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in word.utf8 {
            if byte <= 0x20 || byte == UInt8(ascii: "%") || byte == 0x7f {
                buffer += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                buffer.append(byte)
            }
        }
    }
}
