/// Remembers what a glob in some state makes of a tree. Trees never change, so an answer stays right for ever; the cache is
/// bounded by forgetting, a whole generation at a time, what was not asked for since the last change of generation.
struct DigestCache {
    struct Key: Hashable {
        var tree: OID
        var glob: UInt32
        var state: Glob.State
    }

    /// `zero` stands for "nothing in it matches".
    private var young: [Key: OID] = [:]
    private var old: [Key: OID] = [:]
    private let capacity: Int
    private var numbers: [String: UInt32] = [:]

    /// - Parameter capacity: answers kept at most; one takes about a hundred bytes.
    init(capacity: Int = 60_000) { self.capacity = capacity }

    var count: Int { young.count + old.count }

    mutating func number(of glob: Glob) -> UInt32 {
        if let number = numbers[glob.pattern] { return number }
        // A configuration that keeps changing must not fill the memory with the globs it no longer has.
        if numbers.count >= 20_000 {
            numbers = [:]
            young = [:]
            old = [:]
        }
        let number = UInt32(numbers.count)
        numbers[glob.pattern] = number
        return number
    }

    mutating func answer(for key: Key) -> OID? {
        if let found = young[key] { return found }
        guard let found = old[key] else { return nil }
        remember(found, for: key)
        return found
    }

    mutating func remember(_ answer: OID, for key: Key) {
        if young.count >= capacity / 2 {
            old = young
            young = [:]
        }
        young[key] = answer
    }
}
