import Documents
import PluginKit
import PluginSupport

/// Checks a file of documents, a line at a time: `documents/books.jsonl`.
struct SeedReader {
    private static let mostProblems = 20
    let file: String
    private(set) var problems: [DefinitionProblem] = []

    init(_ file: String) { self.file = file }

    /// nil when there is no document in it.
    mutating func read(_ folder: String) throws -> Definitions.Seed? {
        var (digest, count, number): (UInt64, Int, Int) = (0, 0, 0)
        var found: [DefinitionProblem] = []
        try JSONLines.each("\(folder)/\(file)") { line in
            number += 1
            digest = digest &* 31 &+ DocumentLine.digest(UnsafeRawBufferPointer(line))
            guard line.contains(where: { $0 > 0x20 }) else { return }
            count += 1
            if found.count < Self.mostProblems, let problem = Self.problem(line, number, file) { found.append(problem) }
        }
        problems += found
        if count == 0 {
            problems.append(.init(file, nil, "'\(file)' holds no document", isError: false))
            return nil
        }
        return Definitions.Seed(file: file, digest: String(digest, radix: 16), count: count)
    }

    private static func problem(_ line: UnsafeBufferPointer<UInt8>, _ number: Int, _ file: String) -> DefinitionProblem?
    {
        let start = SourcePosition(line: number, column: 1)
        do throws(PluginJSON.SyntaxError) {
            let json = try PluginJSON(parsing: Array(line))
            guard json.object != nil else { return .init(file, start, "a document is a JSON object") }
            guard let id = json["id"]?.string, !id.isEmpty else {
                return .init(
                    file, start, "the document has no 'id' that is text",
                    "without one every deployment would add it anew")
            }
            return nil
        } catch {
            return .init(file, SourcePosition(line: number, column: error.offset + 1), error.message)
        }
    }
}

/// A file of lines, read in pieces.
enum JSONLines {
    /// - Throws: what `body` throws, and when the file cannot be read.
    static func each(_ path: String, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws {
        var rest: [UInt8] = []
        var failure: (any Error)?
        func give(_ line: ArraySlice<UInt8>) throws {
            var line = line
            if line.last == 13 { line.removeLast() }
            try line.withUnsafeBufferPointer { try body($0) }
        }
        try Files.stream(path) { piece in
            guard failure == nil else { return }
            rest.append(contentsOf: piece)
            var start = rest.startIndex
            do {
                while let end = rest[start...].firstIndex(of: 10) {
                    try give(rest[start..<end])
                    start = end + 1
                }
            } catch {
                failure = error
            }
            rest.removeSubrange(..<start)
        }
        if let failure { throw failure }
        if !rest.isEmpty { try give(rest[...]) }
    }
}
