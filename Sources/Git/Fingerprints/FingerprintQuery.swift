import Model

/// All paths and globs of all services, arranged as one tree of folder names, so that one walk answers for all of them.
struct FingerprintQuery {
    struct Node {
        var name: [UInt8]
        /// Sorted by name the way git sorts folders.
        var children: [Int] = []
        /// Sources whose own folder this is, by index.
        var sources: [Int] = []
        /// Globs whose literal part ends here, by index.
        var globs: [Int] = []
    }

    let sources: [FingerprintSource]
    private(set) var nodes = [Node(name: [])]
    /// Each different pattern once.
    private(set) var globs: [Glob] = []
    /// The state of each glob inside the folder its literal part leads to.
    private(set) var states: [Glob.State] = []
    /// For each source, the globs of its inputs in their order.
    private(set) var inputs: [[Int]] = []

    init(_ sources: [FingerprintSource]) throws(Failure) {
        self.sources = sources
        var known: [String: Int] = [:]
        var children: [[[UInt8]: Int]] = [[:]]
        inputs.reserveCapacity(sources.count)
        for (index, source) in sources.enumerated() {
            let parts = source.path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
            nodes[node(at: parts.filter { $0 != [UInt8(ascii: ".")] }, &children)].sources.append(index)
            var own: [Int] = []
            for pattern in source.inputs {
                if let glob = known[pattern] {
                    own.append(glob)
                    continue
                }
                let glob = try Glob(pattern)
                let folder = glob.literalFolder
                nodes[node(at: folder, &children)].globs.append(globs.count)
                known[pattern] = globs.count
                own.append(globs.count)
                states.append(folder.reduce(glob.start) { glob.enter($1[...], in: $0) })
                globs.append(glob)
            }
            inputs.append(own)
        }
        for index in nodes.indices {
            nodes[index].children = children[index].values.sorted { Self.isBefore(nodes[$0].name, nodes[$1].name) }
        }
    }

    private mutating func node(at parts: [[UInt8]], _ children: inout [[[UInt8]: Int]]) -> Int {
        var current = 0
        for part in parts {
            if let next = children[current][part] {
                current = next
            } else {
                nodes.append(Node(name: part))
                children.append([:])
                children[current][part] = nodes.count - 1
                current = nodes.count - 1
            }
        }
        return current
    }

    /// Git sorts a folder as if its name ended in a slash.
    static func isBefore(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        var (i, j) = (left.startIndex, right.startIndex)
        while true {
            let leftEnds = i == left.endIndex
            let rightEnds = j == right.endIndex
            if leftEnds && rightEnds { return false }
            let (a, b) = (leftEnds ? UInt8(ascii: "/") : left[i], rightEnds ? UInt8(ascii: "/") : right[j])
            if a != b { return a < b }
            // Equal bytes and one at its end: the other has a slash in a name, which no folder has.
            if leftEnds || rightEnds { return leftEnds }
            i = left.index(after: i)
            j = right.index(after: j)
        }
    }
}
