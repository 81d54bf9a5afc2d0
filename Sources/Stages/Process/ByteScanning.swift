#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

// A gigabyte of output passes through these: no loop over a collection, no copy.
extension UnsafeRawBufferPointer {
    /// Offset of the first line feed.
    var firstNewline: Int? {
        guard let base = baseAddress, count > 0, let found = memchr(base, Int32(UInt8(ascii: "\n")), count) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }

    /// Offset of the last line feed.
    var lastNewline: Int? {
        var index = count - 1
        while index >= 0 {
            if self[index] == UInt8(ascii: "\n") { return index }
            index -= 1
        }
        return nil
    }

    /// How many line feeds there are. Eight bytes at a time: "Bit Twiddling Hacks", "Determine if a word has a zero
    /// byte", in the exact form: lines are short, and a search per line would cost more than the pipe does.
    var newlines: Int {
        let feeds: UInt64 = 0x0a0a_0a0a_0a0a_0a0a
        let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
        var total = 0
        var index = 0
        while index + 8 <= count {
            let word = loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ feeds
            total &+= (~(((word & low) &+ low) | word | low)).nonzeroBitCount
            index &+= 8
        }
        while index < count {
            if self[index] == 10 { total += 1 }
            index += 1
        }
        return total
    }
}
