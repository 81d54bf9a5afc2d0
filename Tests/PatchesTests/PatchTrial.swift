import Model

@testable import Patches

/// Short ways to what the tests of this room do all the time.
enum PatchTrial {
    static func read(_ text: String, _ format: PatchFormat? = nil, target: String? = nil) throws(Failure) -> PatchSet {
        try PatchReader.read(Array(text.utf8), format: format, target: target)
    }

    /// The first file of a patch, applied to a text.
    static func apply(
        _ patch: String, to text: String, _ format: PatchFormat? = nil, target: String? = nil,
        knowing knowledge: PatchApplier.Knowledge = .unknown
    ) throws -> String {
        let set = try read(patch, format, target: target)
        let applied = try PatchApplier.apply(set.files[0], to: Array(text.utf8), knowing: knowledge)
        return String(decoding: applied.content ?? [], as: UTF8.self)
    }

    static func apply(
        _ hunks: [Hunk], to content: [UInt8], knowing knowledge: PatchApplier.Knowledge = .unknown
    ) throws(PatchRejection) -> PatchApplier.Applied {
        let file = FilePatch(kind: .modify, oldPath: "f", newPath: "f", hunks: hunks, patchLine: 1)
        return try PatchApplier.apply(file, to: content, knowing: knowledge)
    }

    /// Why it is not applied; nil when it is.
    static func rejection(
        _ patch: String, to text: String, _ format: PatchFormat? = nil, target: String? = nil,
        knowing knowledge: PatchApplier.Knowledge = .unknown
    ) throws(Failure) -> PatchRejection? {
        let set = try read(patch, format, target: target)
        do throws(PatchRejection) {
            _ = try PatchApplier.apply(set.files[0], to: Array(text.utf8), knowing: knowledge)
            return nil
        } catch {
            return error
        }
    }

    static func unified(_ hunks: String) -> String { "--- a/f\n+++ b/f\n" + hunks }
}
