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
            // What places a snippet at its anchor is not part of the room yet.
            if item.entry.anchor != nil { return .unread }
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
