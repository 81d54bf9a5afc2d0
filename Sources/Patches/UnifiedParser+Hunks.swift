import Model

/// The bodies of hunks. Where the header's counts are right they say where the body ends; else its lines do.
extension UnifiedParser {
    mutating func parseHunks() throws(Failure) -> [Hunk] {
        var hunks: [Hunk] = []
        while true {
            var next = position
            while next < source.count, source.isBlank(next) { next += 1 }
            guard next < source.count, DialectMarker.isHunkHeader(next, source) else { return hunks }
            position = next
            hunks.append(try parseHunk())
        }
    }

    private mutating func parseHunk() throws(Failure) -> Hunk {
        let start = position
        guard !source.starts(start, "@@@") else {
            throw PatchSource.failure(
                "the combined diff of a merge has two old sides", line: start,
                remedy: "send `git diff` against one commit")
        }
        guard let header = HunkHeader(source.text(start)) else {
            throw PatchSource.failure(
                "'\(source.text(start).prefix(80))' is no hunk header", line: start,
                remedy: "write it as `@@ -12,4 +12,5 @@`, or as `@@` alone")
        }
        position += 1
        return try parseBody(header, from: start, limit: boundary())
    }

    /// The lines below the file names where no `@@` line stands between: one hunk without numbers, as far as the next names.
    /// Nothing where no line of it is a change.
    mutating func parseBareHunk() throws(Failure) -> [Hunk] {
        let limit = boundary { source.starts($0, "--- ") && source.starts($0 + 1, "+++ ") }
        guard let header = HunkHeader("@@"), (position..<limit).contains(where: source.isChange) else { return [] }
        return [try parseBody(header, from: position, limit: limit)]
    }

    /// The first line that cannot be of the hunk which begins here.
    private func boundary(orAt isEnd: (Int) -> Bool = { _ in false }) -> Int {
        var limit = position
        while limit < source.count, !isBoundary(limit, after: limit > position), !isEnd(limit) { limit += 1 }
        return limit
    }

    private mutating func parseBody(_ header: HunkHeader, from start: Int, limit: Int) throws(Failure) -> Hunk {
        var hunk = Hunk(
            oldStart: header.oldStart, newStart: header.newStart, hints: header.hint.map { [$0] } ?? [],
            patchLine: start + 1)
        if let end = try countedEnd(header, limit: limit) {
            hunk.isCounted = true
            try read(&hunk, to: end)
        } else {
            let end = bodyEnd(header, limit: limit)
            try refuseCutOff(header, from: start, end: end)
            try read(&hunk, to: end)
        }
        guard hunk.changesSomething else {
            throw PatchSource.failure(
                "the hunk changes nothing", line: start,
                remedy: "begin the lines to remove with - and those to add with +")
        }
        return hunk
    }

    /// The index behind the body when it has as many lines as the header says; nil when it has not.
    ///
    /// Throws for what counts and lines contradict each other about: a part of a hunk must never pass for text behind it.
    private func countedEnd(_ header: HunkHeader, limit: Int) throws(Failure) -> Int? {
        guard let oldCount = header.oldCount, let newCount = header.newCount else { return nil }
        var (old, new, index) = (0, 0, position)
        let lastChange = (position..<limit).last { source.isChange($0) } ?? position
        while index < limit, old < oldCount || new < newCount {
            // Behind the last change and an empty line it is rather somebody's prose than context without its blank.
            if index > lastChange, source.sign(index) == nil, source.sign(index - 1) == 0 { return nil }
            switch source.sign(index) {
            case UInt8(ascii: "+"): new += 1
            case UInt8(ascii: "-"): old += 1
            case UInt8(ascii: "\\"): break
            default: (old, new) = (old + 1, new + 1)
            }
            index += 1
        }
        guard old == oldCount, new == newCount else { return nil }
        if source.starts(index, "\\") { index += 1 }
        guard index < limit else { return index }
        if let sign = source.sign(index), sign != 0, !source.isBlank(index) { return nil }
        var next = index
        while next < limit, source.isBlank(next) { next += 1 }
        if next < limit, source.isChange(next) {
            throw PatchSource.failure(
                "the hunk of line \(position) is longer than its header says", line: next,
                remedy: "correct the counts in the @@ line, or leave out the text behind the hunk")
        }
        return index
    }

    /// Where a hunk ends whose header does not say it: behind its last line with a sign.
    private func bodyEnd(_ header: HunkHeader, limit: Int) -> Int {
        var end = limit
        while end > position {
            let sign = source.sign(end - 1)
            if sign != nil, sign != 0 { break }
            end -= 1
        }
        // Context without its blank, at the end: as far as the header asks for more.
        var (old, new) = (0, 0)
        for index in position..<end {
            switch source.sign(index) {
            case UInt8(ascii: "+"): new += 1
            case UInt8(ascii: "-"): old += 1
            case UInt8(ascii: "\\"): break
            default: (old, new) = (old + 1, new + 1)
            }
        }
        while end < limit, old < header.oldCount ?? 0, new < header.newCount ?? 0, !source.isBlank(end) {
            (old, new, end) = (old + 1, new + 1, end + 1)
        }
        return end
    }

    /// Whether something else than a line of the hunk begins here.
    private func isBoundary(_ index: Int, after hasLines: Bool) -> Bool {
        switch source.lines[index].first {
        case UInt8(ascii: "@"): return DialectMarker.isHunkHeader(index, source)
        case UInt8(ascii: "d"): return source.starts(index, "diff --") || source.starts(index, "diff -")
        case UInt8(ascii: "I"): return source.starts(index, "Index: ")
        case UInt8(ascii: "`"), UInt8(ascii: "~"): return source.closes(index, fence)
        case UInt8(ascii: "*"): return DialectMarker.isEnvelope(index, source)
        case UInt8(ascii: "<"): return BlockMarker.opening(source.lines[index]) != nil
        case UInt8(ascii: "-"):
            if source.starts(index, "--- "), source.starts(index + 1, "+++ ") {
                return DialectMarker.isHunkHeader(index + 2, source)
            }
            return hasLines && isSignature(index)
        default: return false
        }
    }

    /// `-- ` and a version, below a mail of `git format-patch`, with nothing but other mails behind it.
    private func isSignature(_ index: Int) -> Bool {
        let text = source.lines[index]
        guard text.elementsEqual("-- ".utf8) || text.elementsEqual("--".utf8) else { return false }
        guard index + 1 < source.count else { return true }
        guard source.lines[index + 1].first.map({ (48...57).contains($0) }) ?? false else { return false }
        return index + 2 >= source.count || source.isBlank(index + 2) || source.starts(index + 2, "From ")
    }

    /// Whoever runs out of room in the middle of a line leaves a patch that says half of what was meant.
    private func refuseCutOff(_ header: HunkHeader, from start: Int, end: Int) throws(Failure) {
        guard end == source.count, !source.endsInNewline, fence == nil, end > position,
            let oldCount = header.oldCount, let newCount = header.newCount, source.sign(end - 1) == UInt8(ascii: "+")
        else { return }
        var (old, new) = (0, 0)
        for index in position..<end {
            let sign = source.sign(index)
            if sign != UInt8(ascii: "+"), sign != UInt8(ascii: "\\") { old += 1 }
            if sign != UInt8(ascii: "-"), sign != UInt8(ascii: "\\") { new += 1 }
        }
        guard old < oldCount, new < newCount else { return }
        throw PatchSource.failure(
            "it ends in the middle of the hunk of line \(start + 1), which promises \(oldCount) old and \(newCount) new lines",
            line: end - 1, remedy: "send the whole patch, and end it with a line feed")
    }

    private mutating func read(_ hunk: inout Hunk, to end: Int) throws(Failure) {
        while position < end {
            switch source.sign(position) {
            case UInt8(ascii: " "): hunk.lines.append(.init(.context, source.lines.content(position, from: 1)))
            case UInt8(ascii: "-"): hunk.lines.append(.init(.deletion, source.lines.content(position, from: 1)))
            case UInt8(ascii: "+"): hunk.lines.append(.init(.addition, source.lines.content(position, from: 1)))
            case UInt8(ascii: "\\"):
                guard var last = hunk.lines.popLast(), last.bytes.last == 10 else {
                    throw PatchSource.failure("'\\ No newline' follows no line", line: position)
                }
                last.bytes.removeLast()
                hunk.lines.append(last)
            // Editors and mailers strip the blank of an empty line, models that of any.
            default: hunk.lines.append(.init(.context, source.lines.content(position)))
            }
            position += 1
        }
    }
}
