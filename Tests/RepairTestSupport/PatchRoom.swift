import Model
import Patches

/// The room `Patches` as the one who answers: read, applied, merged where the base is known.
package enum PatchRoom {
    package static func answer(_ item: PatchCorpus.Item) -> PatchAnswer {
        do throws(Failure) {
            return try answered(item)
        } catch {
            return .rejected(PatchReasons.of(error, reason: nil), message: "\(error)")
        }
    }

    /// What a feedback would name in `format`: these two cannot be told from the text.
    private static func format(_ entry: PatchCase) -> PatchFormat? {
        entry.dialect == "whole" ? .file : entry.anchor != nil ? .snippet : nil
    }

    private static func answered(_ item: PatchCorpus.Item) throws(Failure) -> PatchAnswer {
        let set = try PatchReader.read(
            Array(item.entry.patch.utf8), format: format(item.entry), target: item.entry.path)
        guard set.files.count == 1 else {
            return .rejected(["not-a-patch", "malformed"], message: "\(set.files.count) files")
        }
        let file = set.files[0]
        do throws(PatchRejection) {
            if let anchor = item.entry.anchor { return try placed(file, at: anchor, item) }
            guard item.entry.knowsBase == true, let base = item.base else {
                return answer(try PatchApplier.apply(file, to: item.today), item)
            }
            let made = try PatchApplier.apply(file, to: base, knowing: .base)
            return merged(base, made, item)
        } catch {
            return .rejected(
                PatchReasons.of(error.failure, reason: error.detail.reason.rawValue), message: "\(error.failure)")
        }
    }

    /// Text to be replaced has one place or none; a line has several ways, each merged where the base is known.
    private static func placed(_ file: FilePatch, at anchor: PatchCase.Anchor, _ item: PatchCorpus.Item)
        throws(PatchRejection) -> PatchAnswer
    {
        guard let today = item.today else { return .rejected(["conflict"], message: "there is no such file") }
        let knowsBase = item.entry.knowsBase == true
        let base = knowsBase ? item.base ?? today : today
        let place = anchor.replace.map { SnippetPlacer.Anchor.replace(Array($0.utf8)) } ?? .line(anchor.line ?? 0)
        let ways = try SnippetPlacer.candidates(file, in: base, at: place)
        let contents = ways.compactMap { way in
            knowsBase ? ThreeWayMerge.merge(base: base, ours: today, theirs: way.content) : way.content
        }
        guard !contents.isEmpty else { return .rejected(["conflict"], message: "no way of placing it merges") }
        if anchor.replace != nil { return contents[0] == today ? .alreadyApplied : .applied(contents[0]) }
        return .candidates(contents)
    }

    private static func answer(_ applied: PatchApplier.Applied, _ item: PatchCorpus.Item) -> PatchAnswer {
        applied.isUnchanged ? .alreadyApplied : .applied(applied.content)
    }

    private static func merged(_ base: [UInt8], _ made: PatchApplier.Applied, _ item: PatchCorpus.Item) -> PatchAnswer {
        if made.isUnchanged { return .alreadyApplied }
        let conflict = PatchAnswer.rejected(["conflict"], message: "the file has changed in the same lines")
        guard let today = item.today else { return made.content == nil ? .alreadyApplied : conflict }
        guard let content = made.content else { return today == base ? .applied(nil) : conflict }
        if content == today { return .alreadyApplied }
        guard let result = ThreeWayMerge.merge(base: base, ours: today, theirs: content) else { return conflict }
        return result == today ? .alreadyApplied : .applied(result)
    }
}
