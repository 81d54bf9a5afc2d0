#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds any of many byte strings in one pass, skipping most of the text.
///
/// Sun Wu and Udi Manber, "A fast algorithm for multi-pattern searching" (1994), with blocks of two bytes.
final class PatternSearch: Sendable {
    private let patterns: [[UInt8]]
    /// Length of the shortest pattern: how much of each takes part in the skipping.
    private let window: Int
    private let longest: Int
    /// By block: how far the window may be moved when it ends with that block.
    private let shift: [UInt8]
    /// By block: the patterns whose window ends with it, longest first.
    private let candidates: [UInt16: [Int]]
    /// By byte: whether a pattern begins with it.
    private let begins: [Bool]
    /// By their first two bytes: the patterns, longest first.
    private let byBeginning: [UInt16: [Int]]

    /// - Parameter patterns: at least one, each of at least two bytes.
    init?(_ patterns: [[UInt8]]) {
        let lengths = patterns.map(\.count)
        guard let least = lengths.min(), let most = lengths.max(), least >= 2 else { return nil }
        let window = min(least, 64)
        var shift = [UInt8](repeating: UInt8(window - 1), count: 1 << 16)
        var candidates: [UInt16: [Int]] = [:]
        for (index, pattern) in patterns.enumerated() {
            for end in 1..<window {
                let block = Self.block(pattern[end - 1], pattern[end])
                shift[Int(block)] = min(shift[Int(block)], UInt8(window - 1 - end))
            }
            candidates[Self.block(pattern[window - 2], pattern[window - 1]), default: []].append(index)
        }
        self.patterns = patterns
        self.window = window
        longest = most
        self.shift = shift
        self.candidates = candidates.mapValues { $0.sorted { patterns[$0].count > patterns[$1].count } }
        var begins = [Bool](repeating: false, count: 256)
        var byBeginning: [UInt16: [Int]] = [:]
        for (index, pattern) in patterns.enumerated() {
            begins[Int(pattern[0])] = true
            byBeginning[Self.block(pattern[0], pattern[1]), default: []].append(index)
        }
        self.begins = begins
        self.byBeginning = byBeginning.mapValues { $0.sorted { patterns[$0].count > patterns[$1].count } }
    }

    private static func block(_ first: UInt8, _ second: UInt8) -> UInt16 { UInt16(first) | UInt16(second) << 8 }

    /// All places where a pattern stands, overlapping ones joined, in order.
    func matches(in text: UnsafeRawBufferPointer) -> [Range<Int>] {
        guard text.count >= window, let base = text.baseAddress else { return [] }
        var found: [Range<Int>] = []
        shift.withUnsafeBufferPointer { shift in
            var end = window - 1
            while end < text.count {
                // Two bytes at once; the machine is little-endian, as is `block`.
                let block = base.loadUnaligned(fromByteOffset: end - 1, as: UInt16.self).littleEndian
                let step = Int(shift[Int(block)])
                if step > 0 {
                    end += step
                    continue
                }
                let start = end - window + 1
                if let length = match(at: start, block, text) {
                    if let last = found.last, last.upperBound >= start {
                        found[found.count - 1] = last.lowerBound..<max(last.upperBound, start + length)
                    } else {
                        found.append(start..<start + length)
                    }
                }
                end += 1
            }
        }
        return found
    }

    /// Length of the longest pattern that begins at `start`.
    private func match(at start: Int, _ block: UInt16, _ text: UnsafeRawBufferPointer) -> Int? {
        guard let base = text.baseAddress else { return nil }
        for index in candidates[block] ?? [] {
            let pattern = patterns[index]
            if pattern.count <= text.count - start, memcmp(pattern, base + start, pattern.count) == 0 {
                return pattern.count
            }
        }
        return nil
    }

    /// How many bytes at the end may be the beginning of a pattern.
    func openEnd(of text: UnsafeRawBufferPointer) -> Int {
        guard let base = text.baseAddress else { return 0 }
        for start in max(0, text.count - longest + 1)..<max(text.count, 0) where begins[Int(text[start])] {
            let rest = text.count - start
            // Every pattern has two bytes at least, so one byte alone may be the beginning of any that begins with it.
            if rest == 1 { return 1 }
            for index in byBeginning[Self.block(text[start], text[start + 1])] ?? [] {
                let pattern = patterns[index]
                guard pattern.count > rest else { break }
                if memcmp(pattern, base + start, rest) == 0 { return rest }
            }
        }
        return 0
    }

    static func replace(_ matches: [Range<Int>], in text: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = 0
        for match in matches {
            result.append(contentsOf: text[position..<match.lowerBound])
            result.append(contentsOf: "***".utf8)
            position = match.upperBound
        }
        result.append(contentsOf: text[position...])
        return result
    }
}
