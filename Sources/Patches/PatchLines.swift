/// The lines of a patch: one buffer, and where each line begins. A slice for each would be four times the size of a patch that is
/// made of empty lines.
struct PatchLines: RandomAccessCollection {
    private let bytes: [UInt8]
    /// Where each line begins, and one behind the end of the last.
    private let starts: [Int]
    private let dropsReturns: Bool
    private let looks: LookCount?

    private static let feed = UInt8(ascii: "\n")
    private static let carriage = UInt8(ascii: "\r")

    init(_ bytes: [UInt8], counting looks: LookCount? = nil) {
        let endsInFeed = bytes.last == Self.feed
        let count = bytes.reduce(into: 0) { $0 += $1 == Self.feed ? 1 : 0 } + (endsInFeed || bytes.isEmpty ? 0 : 1)
        var starts: [Int] = []
        starts.reserveCapacity(count + 1)
        starts.append(0)
        // Whether every line that holds anything ends in a carriage return. A last line without an end says nothing.
        var (filled, returned) = (0, 0)
        var start = 0
        for index in bytes.indices where bytes[index] == Self.feed {
            if index > start {
                filled += 1
                returned += bytes[index - 1] == Self.carriage ? 1 : 0
            }
            start = index + 1
            starts.append(start)
        }
        // As if it had one.
        if start < bytes.count { starts.append(bytes.count + 1) }
        self.bytes = bytes
        self.looks = looks
        self.starts = starts
        dropsReturns = filled > 0 && filled == returned
    }

    var startIndex: Int { 0 }
    var endIndex: Int { starts.count - 1 }

    /// Without its line feed; without its carriage return where every line has one, which is the transport's work.
    subscript(index: Int) -> ArraySlice<UInt8> {
        looks?.count += 1
        let start = starts[index]
        var end = starts[index + 1] - 1
        if dropsReturns, end > start, bytes[end - 1] == Self.carriage { end -= 1 }
        return bytes[start..<end]
    }

    /// The line without its first bytes and with a line feed, as a hunk holds it.
    func content(_ index: Int, from offset: Int = 0) -> [UInt8] {
        let line = self[index].dropFirst(offset)
        return [UInt8](unsafeUninitializedCapacity: line.count + 1) { buffer, count in
            count = line.count + 1
            _ = buffer.initialize(from: line)
            buffer.initializeElement(at: line.count, to: Self.feed)
        }
    }
}

/// How often a line of a patch was looked at, for those who prove that it goes with the size of the patch.
final class LookCount {
    var count = 0
}
