import Model

/// The new content.
extension FileChange {
    /// Lines of the file and what takes their place.
    private struct Edit {
        var lines: Range<Int>
        var added: [[UInt8]]
        var number: Int
    }

    mutating func assembled() throws(PatchRejection) -> [UInt8] {
        let lines = locator.lines
        let order = placed.filter { $0.match != nil }.sorted { left, right in
            (left.match?.start ?? 0, left.number) < (right.match?.start ?? 0, right.number)
        }
        var edits: [Edit] = []
        var before: (placed: Placed, end: Int)?
        for next in order {
            guard let match = next.match else { continue }
            let made = Self.edits(next, match, lines)
            if let before, match.start < before.end {
                try refuseOverlap(before.placed, next)
            } else if let last = edits.last, let first = made.first, last.lines.isEmpty, last.lines == first.lines {
                throw overlap(last.number, next)
            }
            edits += made
            let end = match.start + match.count
            if end >= before?.end ?? 0 { before = (next, end) }
        }
        var result: [UInt8] = keepsMark(order) ? FileEncoding.mark : []
        let head = result.count
        let keepsBareEnd = order.last.map { Self.keepsBareEnd($0, lines) } ?? false
        var cursor = 0
        for edit in edits {
            try append(lines.bytes(of: cursor..<edit.lines.lowerBound), to: &result, head, keepsBareEnd)
            for line in edit.added { try append(line[...], to: &result, head, keepsBareEnd) }
            cursor = edit.lines.upperBound
        }
        try append(lines.bytes(of: cursor..<lines.count), to: &result, head, keepsBareEnd)
        finish(&result, order.last, lines, keepsBareEnd)
        return result
    }

    /// What two hunks both show neither may change, and in the same order.
    private func refuseOverlap(_ first: Placed, _ second: Placed) throws(PatchRejection) {
        guard let one = first.match, let two = second.match else { return }
        let lines = locator.lines
        let oneEdits = Self.edits(first, one, lines).map(\.lines)
        let twoEdits = Self.edits(second, two, lines).map(\.lines)
        let oneEnd = one.start + one.count
        let touches =
            oneEdits.contains { $0.upperBound > two.start } || twoEdits.contains { $0.lowerBound < oneEnd }
            || two.start + two.count < oneEnd
        if touches { throw overlap(first.number, second) }
    }

    private func overlap(_ first: Int, _ second: Placed) -> PatchRejection {
        var rejection = PatchApplier.rejection(
            .conflict, .overlap, file,
            "hunks \(min(first, second.number)) and \(max(first, second.number)) for '\(file)' change the same lines",
            remedy: "make one hunk of them; each is looked for in the file as it is")
        rejection.detail.hunk = second.number
        rejection.detail.patchLine = second.hunk.patchLine
        rejection.detail.candidates = [second.placement.line]
        return rejection
    }

    private static func edits(_ placed: Placed, _ match: HunkMatch, _ lines: FileLines) -> [Edit] {
        var edits: [Edit] = []
        var line = match.start
        var isOpen = false
        for part in placed.hunk.lines {
            guard part.kind != .context else {
                line += 1
                isOpen = false
                continue
            }
            // In place: a copy of the last one would be made anew for each line that is added to it.
            if !isOpen { edits.append(Edit(lines: line..<line, added: [], number: placed.number)) }
            isOpen = true
            let last = edits.count - 1
            if part.kind == .deletion {
                line += 1
                edits[last].lines = edits[last].lines.lowerBound..<line
            } else {
                edits[last].added.append(added(part.bytes, near: line, match, lines))
            }
        }
        return edits
    }

    /// A line as it is to stand in the file: indented and ended as the lines beside it.
    private static func added(_ line: [UInt8], near place: Int, _ match: HunkMatch, _ lines: FileLines) -> [UInt8] {
        let text = match.indentation.line(line) ?? line
        guard match.differsInLineEnds, text.last == 10 else { return text }
        let range = match.start..<match.start + match.count
        let beside = [place - 1, place].filter(range.contains) + Array(range.prefix(1))
        let end = beside.map { HunkMatch.end(lines[$0]) }.first { !$0.isEmpty } ?? fileEnd(lines)
        return Array(HunkMatch.withoutEnd(text[...]) + end)
    }

    /// The end of the file's first line.
    private static func fileEnd(_ lines: FileLines) -> ArraySlice<UInt8> {
        let first = lines.count > 0 ? HunkMatch.end(lines[0]) : []
        return first.isEmpty ? [10] : first
    }

    /// The file's last line has no end, the patch has shown it with one and speaks of no such thing: so it stays.
    private static func keepsBareEnd(_ last: Placed, _ lines: FileLines) -> Bool {
        guard let match = last.match, match.count > 0, match.start + match.count == lines.count, !lines.endsInNewline
        else { return false }
        return last.hunk.lines.last { $0.kind != .addition }?.bytes.last == 10
    }

    private func append(_ piece: ArraySlice<UInt8>, to result: inout [UInt8], _ head: Int, _ keepsBareEnd: Bool)
        throws(PatchRejection)
    {
        guard !piece.isEmpty else { return }
        if result.count > head, let last = result.last, last != 10 {
            guard keepsBareEnd else { throw joined(result) }
            result += Self.fileEnd(locator.lines)
        }
        result += piece
    }

    private func finish(_ result: inout [UInt8], _ last: Placed?, _ lines: FileLines, _ keepsBareEnd: Bool) {
        if keepsBareEnd, result.last == 10 {
            result.removeLast()
            if result.last == 13 { result.removeLast() }
        }
        // The other way round: both sides of the patch end bare, the file does not.
        guard let last, let match = last.match, match.count > 0, match.start + match.count == lines.count,
            lines.endsInNewline, result.last != 10, !result.isEmpty,
            last.hunk.lines.last(where: { $0.kind != .addition })?.bytes.last != 10
        else { return }
        result += Self.fileEnd(lines)
    }

    /// `\ No newline at end of file` in a hunk that ends up in the middle would glue two lines together.
    private func joined(_ result: [UInt8]) -> PatchRejection {
        let number = result.reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
        let line = FileLines.split(result).last.map { PatchReader.shown(Array($0)) } ?? ""
        var rejection = PatchApplier.rejection(
            .conflict, .joined, file,
            "line \(number) of '\(file)' would lose its end and be joined with the next: '\(line)'",
            remedy: "write '\\ No newline at end of file' only below the last line of the file")
        rejection.detail.line = number
        return rejection
    }

    /// A byte order mark stays unless the patch takes it away or brings it.
    private func keepsMark(_ order: [Placed]) -> Bool {
        guard let first = order.first, first.match?.start == 0 else { return hasMark }
        let lines = originals[first.number - 1].lines
        let old = lines.first { $0.kind != .addition }
        let new = lines.first { $0.kind != .deletion }
        let had = old?.bytes.starts(with: FileEncoding.mark) ?? false
        let has = new?.bytes.starts(with: FileEncoding.mark) ?? false
        return had == has ? hasMark : has
    }
}
