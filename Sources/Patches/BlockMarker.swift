/// The three lines of a SEARCH/REPLACE block. Five to nine signs, as Aider takes them.
enum BlockMarker {
    /// The number of signs; nil for another line.
    static func opening(_ line: ArraySlice<UInt8>) -> Int? {
        signs("<", line, [" SEARCH", " SEARCH>", " ORIGINAL"])
    }

    static func divider(_ line: ArraySlice<UInt8>) -> Int? { signs("=", line, [""]) }

    static func closing(_ line: ArraySlice<UInt8>) -> Int? { signs(">", line, [" REPLACE", " UPDATED"]) }

    private static func signs(_ sign: Unicode.Scalar, _ line: ArraySlice<UInt8>, _ words: [String]) -> Int? {
        let run = line.prefix { $0 == UInt8(ascii: sign) }
        guard (5...9).contains(run.count) else { return nil }
        var rest = line.dropFirst(run.count)
        while let last = rest.last, [9, 13, 32].contains(last) { rest.removeLast() }
        return words.contains { rest.elementsEqual($0.utf8) } ? run.count : nil
    }
}
