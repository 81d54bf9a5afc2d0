/// SplitMix64 (Steele, Lea, Flood): the same numbers in every run, so that a failure can be had again.
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

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
