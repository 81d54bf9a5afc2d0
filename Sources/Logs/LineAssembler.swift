import Model

/// Makes lines of pieces, and keeps those of one service where one is named. A pure value.
struct LineAssembler {
    private let service: ServiceName?
    private var carry: [UInt8] = []
    // A line without an origin of its own belongs to the line before it.
    private var isInside = false

    /// Bytes after which a line without an end is taken for one.
    private static let limit = 1 << 20

    init(service: ServiceName?) { self.service = service }

    /// The whole lines that `piece` completes.
    mutating func take(_ piece: ArraySlice<UInt8>) -> [String] {
        var result: [String] = []
        var rest = piece
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if carry.isEmpty {
                emit(rest[..<end], &result)
            } else {
                carry += rest[..<end]
                let line = carry
                carry.removeAll(keepingCapacity: true)
                emit(line[...], &result)
            }
            rest = rest[(end + 1)...]
        }
        carry += rest
        if carry.count >= Self.limit { result += self.rest() }
        return result
    }

    /// What has no end yet.
    mutating func rest() -> [String] {
        guard !carry.isEmpty else { return [] }
        var result: [String] = []
        let line = carry
        carry = []
        emit(line[...], &result)
        return result
    }

    private mutating func emit(_ line: ArraySlice<UInt8>, _ result: inout [String]) {
        if let service {
            if let origin = Self.origin(line) { isInside = Self.isAbout(origin, service) }
            guard isInside else { return }
        }
        var line = line
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        result.append(String(decoding: line, as: UTF8.self))
    }

    /// The word between the clock and ` | `; nil when the line does not have the shape of `LineFormat`.
    private static func origin(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let start = line.startIndex
        guard line.count > 16, line[start + 2] == UInt8(ascii: ":"), line[start + 5] == UInt8(ascii: ":"),
            line[start + 8] == UInt8(ascii: "."), line[start + 12] == UInt8(ascii: " ")
        else { return nil }
        let rest = line[(start + 13)...]
        guard let end = rest.firstIndex(of: UInt8(ascii: " ")), rest[end...].starts(with: " | ".utf8) else {
            return nil
        }
        return rest[..<end]
    }

    private static func isAbout(_ origin: ArraySlice<UInt8>, _ service: ServiceName) -> Bool {
        guard let slash = origin.lastIndex(of: UInt8(ascii: "/")) else { return false }
        return origin[..<slash].elementsEqual(service.text.utf8)
    }
}
