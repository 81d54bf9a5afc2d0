/// Finds runs of lines by their keys. What it may spend goes with the size of file and patch and not with their product,
/// whatever is sent.
struct LineSearch {
    private let keys: [Int]
    /// The lines of each key, in order; made when there are many searches.
    private var lines: [Int: [Int]]?
    private var searches = 0
    /// Steps that may be taken, and those that were. A step is a line that is looked at, or `bytesPerStep` of its bytes.
    let allowance: Int
    private(set) var spent = 0

    private static let bytesPerStep = 16

    /// - Parameters:
    ///   - patchLines: of all hunks for the file.
    ///   - bytes: of the file and of those hunks.
    init(_ keys: [Int], hunks: Int, patchLines: Int, bytes: Int = 0) {
        self.keys = keys
        allowance = 1_000_000 + 200 * (keys.count + patchLines) + 4 * bytes
        if hunks > 8 { makeIndex() }
    }

    private mutating func makeIndex() {
        var lines: [Int: [Int]] = [:]
        for (index, key) in keys.enumerated() { lines[key, default: []].append(index) }
        self.lines = lines
    }

    /// Steps left.
    var budget: Int { allowance - spent }
    var isExhausted: Bool { budget < 0 }

    mutating func spend(_ steps: Int) { spent += steps }
    /// For lines of so many bytes in all.
    static func steps(lines: Int, bytes: Int) -> Int { lines + bytes / bytesPerStep }

    /// The places where the keys stand, overlapping ones as well, at most `limit` of them. Nothing when the budget is spent.
    mutating func places(of wanted: [Int], limit: Int) -> [Int] {
        guard !wanted.isEmpty, wanted.count <= keys.count, !isExhausted else { return [] }
        searches += 1
        if lines == nil, searches > 8 {
            spend(keys.count)
            makeIndex()
        }
        if let found = rare(wanted, limit: limit) { return found }
        spend(keys.count + wanted.count)
        return isExhausted ? [] : Self.occurrences(of: wanted, in: keys, limit: limit)
    }

    /// By the line of the hunk that the file has least often. nil where that is no shorter way.
    private mutating func rare(_ wanted: [Int], limit: Int) -> [Int]? {
        guard let lines else { return nil }
        spend(wanted.count)
        var rarest = (offset: 0, count: Int.max)
        for (offset, key) in wanted.enumerated() {
            let count = lines[key]?.count ?? 0
            if count == 0 { return [] }
            if count < rarest.count { rarest = (offset, count) }
        }
        guard rarest.count <= 64 || rarest.count * wanted.count < keys.count else { return nil }
        var found: [Int] = []
        for line in lines[wanted[rarest.offset]] ?? [] {
            let start = line - rarest.offset
            guard start >= 0, start + wanted.count <= keys.count else { continue }
            var length = 0
            while length < wanted.count, keys[start + length] == wanted[length] { length += 1 }
            spend(length + 1)
            if isExhausted { return [] }
            if length == wanted.count { found.append(start) }
            if found.count == limit { break }
        }
        return found
    }

    /// How many items at the beginning of `wanted` end at each of its items.
    static func borders<Item: Equatable>(of wanted: [Item]) -> [Int] {
        var borders = [0]
        borders.reserveCapacity(wanted.count)
        var border = 0
        for index in wanted.indices.dropFirst() {
            while border > 0, wanted[index] != wanted[border] { border = borders[border - 1] }
            if wanted[index] == wanted[border] { border += 1 }
            borders.append(border)
        }
        return borders
    }

    /// Linear in both, however alike their lines are (Knuth, Morris, Pratt).
    static func occurrences<Item: Equatable>(of wanted: [Item], in keys: [Item], limit: Int = .max) -> [Int] {
        guard !wanted.isEmpty, wanted.count <= keys.count else { return [] }
        let borders = borders(of: wanted)
        var found: [Int] = []
        var matched = 0
        for index in keys.indices {
            while matched > 0, matched == wanted.count || keys[index] != wanted[matched] {
                matched = borders[matched - 1]
            }
            if keys[index] == wanted[matched] { matched += 1 }
            if matched == wanted.count { found.append(index - matched + 1) }
            if found.count >= limit { break }
        }
        return found
    }
}
