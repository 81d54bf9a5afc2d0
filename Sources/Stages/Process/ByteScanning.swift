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

    /// How many line feeds there are. Sixteen bytes at a time: lines are short, and a search per line would cost more than the
    /// pipe does. Each lane counts its own, up to the 255 that a byte holds.
    var newlines: Int {
        guard let base = baseAddress else { return 0 }
        let feed = SIMD16<UInt8>(repeating: UInt8(ascii: "\n"))
        var total = 0
        var index = 0
        while index + 16 <= count {
            var counts = SIMD16<UInt8>()
            let end = Swift.min(count - 15, index + 255 * 16)
            while index < end {
                let piece = base.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
                // A lane of a mask that is true is -1.
                counts &-= unsafeBitCast(piece .== feed, to: SIMD16<UInt8>.self)
                index &+= 16
            }
            for lane in 0..<16 { total &+= Int(counts[lane]) }
        }
        while index < count {
            if self[index] == UInt8(ascii: "\n") { total += 1 }
            index += 1
        }
        return total
    }
}
