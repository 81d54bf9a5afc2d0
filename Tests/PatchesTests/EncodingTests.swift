import Model
import Testing

@testable import Patches

@Suite struct EncodingTests {
    private func apply(_ patch: [UInt8], to content: [UInt8]) throws -> [UInt8]? {
        let set = try PatchReader.read(patch)
        return try PatchApplier.apply(set.files[0], to: content).content
    }

    private func hunk(_ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
        Array("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-".utf8) + old + Array("\n+".utf8) + new + [10]
    }

    /// `naïve = 1` in Latin-1.
    private let latin: [UInt8] = [0x6E, 0x61, 0xEF, 0x76, 0x65, 10, 0x61, 0x31, 10]

    @Test func latin1IsPatchedByItsBytes() throws {
        #expect(try apply(hunk([0x61, 0x31], [0x62, 0x32]), to: latin) == latin.prefix(6) + [0x62, 0x32, 10])
        #expect(try apply(hunk(Array(latin.prefix(5)), [0xEF]), to: latin) == [0xEF, 10, 0x61, 0x31, 10])
    }

    @Test func twoEncodingsInOneFileAreRefused() throws {
        let rejection = #expect(throws: PatchRejection.self) {
            try apply(hunk([0x61, 0x31], Array("ä".utf8)), to: latin)
        }
        #expect(rejection?.detail.reason == .encoding && rejection?.failure.message.contains("not in UTF-8") == true)
    }

    @Test(
        arguments: [
            [0xFF, 0xFE, 0x61, 0, 10, 0], [0xFE, 0xFF, 0, 0x61, 0, 10], [0x61, 0, 10, 0],
        ] as [[UInt8]]) func wideAndBinaryFilesAreRefused(content: [UInt8])
    {
        let rejection = #expect(throws: PatchRejection.self) { try apply(hunk([0x61], [0x62]), to: content) }
        #expect(rejection?.detail.reason == .encoding && rejection?.failure.remedy != nil)
    }

    @Test func aWideFileMayBeReplacedWhole() throws {
        let set = try PatchReader.read(Array("a\n".utf8), format: .file, target: "f")
        #expect(try PatchApplier.apply(set.files[0], to: [0xFF, 0xFE, 0x61, 0]).content == Array("a\n".utf8))
    }

    @Test func aWidePatchIsRefused() {
        #expect(throws: Failure.self) { try PatchReader.read([0xFF, 0xFE, 0x2D, 0]) }
    }

    /// So many times `a`, and what `git hash-object` says of it: around the lengths where blocks end.
    @Test(arguments: [
        (0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), (1, "2e65efe2a145dda7ee51d1741299f848e5bf752e"),
        (44, "e2a756bc77aa071621b4728b3e707a0a2de1dba1"), (45, "69ce1347bb079586eb6ea14ab5116f835ef29639"),
        (53, "db4a0b7d4bdb355db58cf4c9a6500267ea087770"), (54, "60704cd2c753c0419b5d235cbf244ec4c696cded"),
        (55, "d1985ddc2983785702b9a90effd5aff2f7cfdca4"), (63, "487e57f9763ebddbed2027c4452510c0ae0f95ff"),
        (64, "71b7a71962774fa5c721e1163f935cb61a0e09e6"), (65, "44171c1993ae70a544a8e910b00347eed4b8e8f2"),
        (117, "9d24f3f477a1056b3fb9d27c35a442b2d83441fe"), (118, "a022b0de5df0047aa23aac0b2f5cd841079a8eff"),
        (119, "1325c3d76ea6a66e75dce490a0b8cb8b12233ee0"), (1000, "a50be72b20f0e3f078d252e8e56b11b4bec67509"),
    ]) func blobsHaveGitsIds(count: Int, id: String) {
        let content = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        #expect(GitBlob.id(content) == id)
        #expect(GitBlob.has(content, id: String(id.prefix(7))) && !GitBlob.has(content + [1], id: id))
    }
}
