import Model
import RepairTestSupport
import Testing

@testable import Patches

/// A hostile patch costs what its size says: four times the size is four times the work, where quadratic were sixteen.
/// Comparisons are counted, not time.
@Suite struct HostilePatchTests {
    /// Of a patch and a file of the size: lines of the patch that were looked at, and steps of the search.
    private func cost(_ hostile: HostilePatch, _ size: Int) -> (looks: Int, steps: Int, allowance: Int) {
        let (patch, content) = hostile.made(size: size)
        let looks = LookCount()
        let source = PatchSource(patch, counting: looks)
        let files = try? {
            switch PatchReader.format(of: patch) {
            case .envelope: try EnvelopeParser.parse(source)
            case .blocks: try BlocksParser.parse(source, target: "f")
            default: try UnifiedParser.parse(source, target: "f")
            }
        }()
        guard let file = files?.first, file.kind == .modify else { return (looks.count, 0, 0) }
        var change = FileChange(content, hunks: file.hunks, file: "f", isBase: false)
        _ = try? change.apply()
        return (looks.count, change.locator.search.spent, change.locator.search.allowance)
    }

    @Test(arguments: HostilePatch.all) func fourTimesTheSizeIsFourTimesTheWork(hostile: HostilePatch) {
        let small = cost(hostile, 20_000)
        let large = cost(hostile, 80_000)
        #expect(small.looks > 0)
        #expect(large.looks <= small.looks * 9 / 2, "lines looked at: \(small.looks), \(large.looks)")
        // Whoever comes to the end of what may be spent has an answer there; what may be spent is linear itself.
        #expect(large.steps <= large.allowance + 80_000, "\(large.steps) of \(large.allowance)")
        let isGivenUp = large.steps > large.allowance
        #expect(
            isGivenUp || large.steps <= small.steps * 9 / 2 + 1000,
            "steps of the search: \(small.steps), \(large.steps) of \(large.allowance)")
    }

    /// What may be spent before the search is given up is linear itself.
    @Test func theAllowanceIsLinear() {
        let search = { (size: Int) in LineSearch(Array(0..<size), hunks: 1, patchLines: size, bytes: 20 * size) }
        #expect(search(400_000).allowance <= 4 * search(100_000).allowance)
    }

    private final class Tally {
        var count = 0
    }

    private struct Counted: Equatable {
        let value: Int
        let tally: Tally
        static func == (left: Self, right: Self) -> Bool {
            left.tally.count += 1
            return left.value == right.value
        }
    }

    /// The two texts that cost a plain search the most: all alike but for the end, and a period that breaks late.
    @Test(arguments: [[1, 1, 1, 2], [1, 2, 1, 3]]) func theSearchComparesEachLineTwiceAtMost(end: [Int]) {
        let tally = Tally()
        let period = Array(end.dropLast(2))
        func lines(_ count: Int, _ tail: [Int]) -> [Counted] {
            ((0..<count).map { period[$0 % period.count] } + tail).map { Counted(value: $0, tally: tally) }
        }
        let wanted = lines(5_000, Array(end.suffix(1)))
        let found = LineSearch.occurrences(of: wanted, in: lines(40_000, [9]))
        #expect(found.isEmpty)
        #expect(tally.count <= 4 * (40_000 + 5_000), "\(tally.count) comparisons")
    }

    /// Thousands of blocks were looked up in a list of all files before them, one by one.
    @Test(.timeLimit(.minutes(1))) func blocksForManyFilesAreReadSoon() throws {
        let count = 60_000
        let patch = (0..<count).map { "f\($0).swift\n<<<<<<< SEARCH\n=======\nnew\n>>>>>>> REPLACE\n" }.joined()
        #expect(try PatchTrial.read(patch).files.count == count)
    }

    /// A hunk's added lines were copied anew for each further one.
    @Test(.timeLimit(.minutes(1))) func aHundredThousandLinesAreAdded() throws {
        let count = 100_000
        let patch = PatchTrial.unified("@@\n-a\n" + (0..<count).map { "+x\($0)\n" }.joined())
        #expect(try PatchTrial.apply(patch, to: "a\n").utf8.reduce(0) { $0 + ($1 == 10 ? 1 : 0) } == count)
    }
}
