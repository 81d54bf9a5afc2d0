import Model

/// Reads SEARCH/REPLACE blocks. Each is a hunk of its own, looked for in the file as it is; one with nothing to search for
/// makes a file.
///
/// Format: Aider, `aider/coders/editblock_coder.py`. Stricter: a block whose file is not named takes the file of the block
/// before only where nothing stands between them.
struct BlocksParser {
    private let source: PatchSource
    private let target: String?
    private var position = 0
    private var files: [FilePatch] = []
    /// Where each file stands among them.
    private var places: [String: Int] = [:]
    /// The file of the block before, and where that block ended.
    private var previous: (path: String, end: Int)?

    static func parse(_ source: PatchSource, target: String?) throws(Failure) -> [FilePatch] {
        var parser = BlocksParser(source, target)
        while parser.position < source.count {
            if BlockMarker.opening(source.lines[parser.position]) != nil {
                try parser.parseBlock()
            } else if let other = DialectMarker.format(at: parser.position, of: source) {
                throw PatchSource.failure(
                    "it is made of blocks and goes on as '\(other.rawValue)'", line: parser.position,
                    remedy: "write all of a patch in one dialect")
            } else if BlockMarker.closing(source.lines[parser.position]) != nil {
                throw PatchSource.failure("a block ends here that has not begun", line: parser.position)
            } else {
                parser.position += 1
            }
        }
        guard !parser.files.isEmpty else {
            throw PatchSource.failure(
                "it holds no block", remedy: "write '<<<<<<< SEARCH', '=======' and '>>>>>>> REPLACE' lines")
        }
        return parser.files
    }

    private init(_ source: PatchSource, _ target: String?) {
        self.source = source
        self.target = target
    }

    private mutating func parseBlock() throws(Failure) {
        let start = position
        let signs = BlockMarker.opening(source.lines[start]) ?? 7
        let path = try name(above: start)
        position += 1
        let search = try lines(from: start) { BlockMarker.divider($0) == signs }
        let replace = try lines(from: start) { BlockMarker.closing($0) != nil }
        if let double = replace.firstIndex(where: { BlockMarker.divider($0[...]) == signs }) {
            throw PatchSource.failure(
                "the block has two lines of \(signs) '='", line: start + 2 + search.count + double,
                remedy: "use more '<', '=' and '>' signs than the text has (up to 9)")
        }
        var hunk = Hunk(patchLine: start + 1)
        hunk.lines = Self.difference(search.map { $0 + [10] }, replace.map { $0 + [10] })
        try add(hunk, path, isCreation: search.isEmpty, line: start)
        previous = (path, position)
    }

    /// The lines up to the marker, which is taken as well.
    private mutating func lines(from start: Int, until isEnd: (ArraySlice<UInt8>) -> Bool) throws(Failure) -> [[UInt8]]
    {
        var lines: [[UInt8]] = []
        while position < source.count {
            let line = source.lines[position]
            position += 1
            if isEnd(line) { return lines }
            if BlockMarker.opening(line) != nil { break }
            lines.append(Array(line))
        }
        throw PatchSource.failure(
            "the block does not end: '=======' or '>>>>>>> REPLACE' is missing", line: start,
            remedy: "send the whole block")
    }

    /// Common lines at both ends are context; so an insertion stays one.
    static func difference(_ old: [[UInt8]], _ new: [[UInt8]]) -> [Hunk.Line] {
        var head = 0
        while head < old.count, head < new.count, old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < old.count - head, tail < new.count - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] {
            tail += 1
        }
        return old[..<head].map { .init(.context, $0) }
            + old[head..<(old.count - tail)].map { .init(.deletion, $0) }
            + new[head..<(new.count - tail)].map { .init(.addition, $0) }
            + old[(old.count - tail)...].map { .init(.context, $0) }
    }

    private mutating func add(_ hunk: Hunk, _ path: String, isCreation: Bool, line: Int) throws(Failure) {
        if isCreation {
            guard places.updateValue(files.count, forKey: path) == nil else {
                throw PatchSource.failure(
                    "a block with nothing to search for makes a file, and '\(path)' has another block", line: line,
                    remedy: "search for the lines around the new ones")
            }
            files.append(
                FilePatch(
                    kind: .create, oldPath: nil, newPath: path, hunks: hunk.lines.isEmpty ? [] : [hunk],
                    patchLine: line + 1))
            return
        }
        guard hunk.changesSomething else {
            throw PatchSource.failure("the block changes nothing", line: line, remedy: "leave it out")
        }
        if let place = places[path] {
            guard files[place].kind == .modify else {
                throw PatchSource.failure(
                    "'\(path)' is made by the block of line \(files[place].patchLine) and changed by another",
                    line: line,
                    remedy: "write the new file in one block")
            }
            files[place].hunks.append(hunk)
        } else {
            places[path] = files.count
            files.append(
                FilePatch(kind: .modify, oldPath: path, newPath: path, hunks: [hunk], patchLine: line + 1))
        }
    }

    /// The file's name in the lines above a block: the nearest that is neither empty nor a fence.
    private func name(above start: Int) throws(Failure) -> String {
        let floor = previous?.end ?? 0
        var index = start - 1
        while index >= floor {
            if source.isBlank(index) || source.fence(index).map({ isBare(index, $0) }) ?? false {
                index -= 1
                continue
            }
            if let path = BlockFileName.read(source.text(index)) { return path }
            break
        }
        if let previous, index < floor { return previous.path }
        if previous == nil, let target { return target }
        throw PatchSource.failure(
            "the block names no file", line: start,
            remedy: "write the file's path on the line above each block"
                + (previous == nil ? ", or give \"target\"" : ""))
    }

    /// A fence with at most a language behind it.
    private func isBare(_ index: Int, _ run: ArraySlice<UInt8>) -> Bool {
        !source.text(index).dropFirst(run.count).contains { $0 == "." || $0 == "/" }
    }
}
