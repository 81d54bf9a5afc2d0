/// The id that git gives a file's content: SHA-1 (FIPS 180-4) over `blob <length>` and the bytes. It names a content here
/// and secures nothing.
package enum GitBlob {
    /// Whether the content is what an `index` line of a diff names.
    ///
    /// - Parameter id: hexadecimal, seven digits at least.
    package static func has(_ content: [UInt8], id: String) -> Bool {
        guard (7...40).contains(id.utf8.count), id.utf8.contains(where: { $0 != UInt8(ascii: "0") }) else {
            return false
        }
        return self.id(content).hasPrefix(id.lowercased())
    }

    package static func id(_ content: [UInt8]) -> String {
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        let head = Array("blob \(content.count)".utf8) + [0]
        var tail = head + content.prefix(max(0, 64 - head.count % 64) % 64)
        let rest = content.dropFirst(tail.count - head.count)
        tail.withUnsafeBufferPointer { mix($0, whole: $0.count / 64, &state) }
        let left = Array(tail.dropFirst(tail.count / 64 * 64))
        tail = []
        var end: [UInt8] = left
        rest.withUnsafeBufferPointer { buffer in
            // `left` is empty here unless the content ended in it.
            mix(buffer, whole: buffer.count / 64, &state)
            end += buffer.dropFirst(buffer.count / 64 * 64)
        }
        end.append(0x80)
        while end.count % 64 != 56 { end.append(0) }
        let bits = UInt64(head.count + content.count) * 8
        for shift in stride(from: 56, through: 0, by: -8) {
            end.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
        }
        end.withUnsafeBufferPointer { mix($0, whole: $0.count / 64, &state) }
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for word in state {
            for shift in stride(from: 28, through: 0, by: -4) { text.append(digits[Int(word >> UInt32(shift)) & 15]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func mix(_ bytes: UnsafeBufferPointer<UInt8>, whole: Int, _ state: inout [UInt32]) {
        var words = [UInt32](repeating: 0, count: 80)
        for block in 0..<whole {
            for index in 0..<16 {
                let at = block * 64 + index * 4
                words[index] =
                    UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8
                    | UInt32(bytes[at + 3])
            }
            for index in 16..<80 {
                words[index] = rotated(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1)
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for index in 0..<80 {
                let (choice, constant): (UInt32, UInt32) =
                    switch index {
                    case ..<20: ((b & c) | (~b & d), 0x5A82_7999)
                    case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                    case ..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                    default: (b ^ c ^ d, 0xCA62_C1D6)
                    }
                let next = rotated(a, 5) &+ choice &+ e &+ constant &+ words[index]
                (a, b, c, d, e) = (next, a, rotated(b, 30), c, d)
            }
            state[0] &+= a
            state[1] &+= b
            state[2] &+= c
            state[3] &+= d
            state[4] &+= e
        }
    }

    private static func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 { word << bits | word >> (32 - bits) }
}
