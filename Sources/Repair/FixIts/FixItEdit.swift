package import Model

/// Fix-its turned into a file's new content.
package enum FixItEdit {
    /// - Parameters:
    ///   - fixIts: for this file, in the order of their places, none overlapping another: a candidate's.
    ///   - content: as the compiler saw it; lines end at LF, CR LF or CR, columns count bytes.
    /// - Throws: `feedback.conflict` where a place lies outside of the file, which then is not the one that was built.
    package static func apply(_ fixIts: [FixIt], to content: [UInt8]) throws(Failure) -> [UInt8] {
        let starts = lineStarts(content)
        var result: [UInt8] = []
        result.reserveCapacity(content.count + 64)
        var at = 0
        for fixIt in fixIts {
            let from = try offset(fixIt.startLine, fixIt.startColumn, of: fixIt, starts, content)
            let to = try offset(fixIt.endLine, fixIt.endColumn, of: fixIt, starts, content)
            guard from >= at, to >= from else { throw outside(fixIt) }
            result += content[at..<from]
            result += Array(fixIt.replacement.utf8)
            at = to
        }
        return result + content[at...]
    }

    private static func lineStarts(_ content: [UInt8]) -> [Int] {
        var starts = [0]
        for (index, byte) in content.enumerated() {
            if byte == 10 { starts.append(index + 1) }
            if byte == 13, index + 1 >= content.count || content[index + 1] != 10 { starts.append(index + 1) }
        }
        return starts
    }

    private static func offset(_ line: Int, _ column: Int, of fixIt: FixIt, _ starts: [Int], _ content: [UInt8])
        throws(Failure) -> Int
    {
        guard line >= 1, column >= 1, line <= starts.count else { throw outside(fixIt) }
        let end = line < starts.count ? starts[line] : content.count
        let offset = starts[line - 1] + column - 1
        guard offset <= end else { throw outside(fixIt) }
        return offset
    }

    private static func outside(_ fixIt: FixIt) -> Failure {
        Failure(
            .conflict, "'\(fixIt.file)' has no line \(fixIt.startLine) with a column \(fixIt.startColumn)",
            remedy: "build again; the fix-it was made for another state of the file")
    }
}
