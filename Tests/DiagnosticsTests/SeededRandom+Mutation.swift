import TestSupport

extension SeededRandom {
    /// The bytes with a few of them changed, removed, doubled or exchanged between places.
    mutating func mutation(of bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...12, using: &self) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &self)
            let length = min(Int.random(in: 1...40, using: &self), bytes.count - at)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes.removeSubrange(at..<at + length)
            case 2: bytes.insert(contentsOf: bytes[at..<at + length], at: Int.random(in: 0...bytes.count, using: &self))
            case 3: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 4: bytes.insert(0x0A, at: at)
            default: bytes.removeLast(min(length * 8, bytes.count))
            }
        }
        return bytes
    }
}
