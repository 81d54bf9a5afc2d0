import Model
import Testing

@Suite struct HeadAndTailTests {
    /// What is written of `text` in pieces of `size` bytes, the notes taken out, and how much was left out.
    private func run(_ text: String, limit: Int, tail: Int, size: Int) -> (written: String, leftOut: Int, most: Int) {
        var stream = HeadAndTail(limit: limit, tail: tail)
        var written: [UInt8] = []
        var most = 0
        let bytes = Array(text.utf8)
        for start in Swift.stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(start + size, bytes.count)].withUnsafeBytes {
                stream.take($0) { written.append(contentsOf: $0) }
            }
            most = max(most, written.count)
        }
        let leftOut = stream.leftOut
        return (String(decoding: written + stream.end(), as: UTF8.self), leftOut, most)
    }

    private let lines = (0..<500).map { "line \($0)\n" }.joined()

    @Test func whatFitsIsWrittenAsItComes() {
        for size in [1, 7, 100, 10_000] {
            let result = run(lines, limit: lines.utf8.count * 2, tail: 50, size: size)
            #expect(result.written == lines && result.leftOut == 0 && result.most == lines.utf8.count)
        }
    }

    @Test(arguments: [1, 3, 64, 97, 500, 5000])
    func whateverThePiecesTheBeginningAndTheEndAreKeptAndTheRestIsCounted(_ size: Int) {
        for (limit, tail) in [(1000, 300), (1000, 5000), (200, 0), (4300, 2000), (0, 0)] {
            let (written, leftOut, most) = run(lines, limit: limit, tail: tail, size: size)
            let parts = written.split(separator: "\n", omittingEmptySubsequences: false)
            let cut = parts.firstIndex { $0.hasPrefix("… of what follows") } ?? 0
            let kept = parts.filter { $0.hasPrefix("line ") }.map { $0 + "\n" }
            let bytes = kept.reduce(0) { $0 + $1.utf8.count }
            #expect(most <= limit + 200 && bytes <= limit)
            // Where pieces end within a line the note still has a line of its own.
            #expect(lines.hasPrefix(parts[..<cut].joined(separator: "\n")))
            if tail > 0 { #expect(written.hasSuffix("line 499\n")) }
            #expect(leftOut > 0 && written.contains("… \(leftOut) bytes are left out here\n"))
            // Pieces may end within a line: its halves are counted all the same.
            let notes = parts.filter { $0.hasPrefix("…") }.reduce(0) { $0 + $1.utf8.count + 1 }
            let all = written.utf8.count - notes
            #expect((0...1).contains(all + leftOut - lines.utf8.count), "one line end may be added")
        }
    }

    @Test func whatFitsIntoTheEndIsWrittenLateAndNothingIsLeftOut() {
        let (written, leftOut, _) = run(lines, limit: lines.utf8.count + 10, tail: 2000, size: 100)
        let kept = written.split(separator: "\n").filter { !$0.hasPrefix("…") }.joined()
        #expect(leftOut == 0 && kept == lines.filter { $0 != "\n" })
    }

    @Test func oneEndlessLineIsCutToo() {
        let (written, leftOut, _) = run(String(repeating: "x", count: 10_000), limit: 1000, tail: 300, size: 128)
        #expect(written.utf8.count < 1300 && leftOut > 8500)
        #expect(written.hasPrefix("xxx") && written.hasSuffix("xxx"))
    }
}
