import Model
import Patches
import RepairTestSupport
import TestSupport

/// What it costs to read, locate and apply patches, and that nobody can make it cost more than the size of what is sent.
struct PatchBenchmark: Benchmark {
    let name = "patches"

    func run() async throws -> [Row] {
        var rows = [try await thousand()]
        rows += try await hunks()
        rows += try await hostile()
        return rows
    }

    private func apply(_ patch: String, to content: [UInt8]) throws -> [UInt8] {
        try apply(Array(patch.utf8), to: content)
    }

    private func apply(_ patch: [UInt8], to content: [UInt8]) throws -> [UInt8] {
        let set = try PatchReader.read(patch)
        return try PatchApplier.apply(set.files[0], to: content).content ?? []
    }

    private static func line(_ number: Int) -> String {
        "    let value\(number) = compute(\(number % 17), with: other)"
    }

    private static func source(_ lines: Int, shift: Int = 0) -> [UInt8] {
        var text = String(repeating: "// somebody has added this line\n", count: shift)
        for number in 0..<lines { text += number % 20 == 0 ? "func f\(number)() {\n" : line(number) + "\n" }
        return Array(text.utf8)
    }

    /// One hunk with three lines of context, as `diff -u` writes it.
    private static func hunk(_ at: Int) -> String {
        let before = (at - 3..<at).map { " \(line($0))\n" }.joined()
        let after = (at + 1..<at + 4).map { " \(line($0))\n" }.joined()
        return "@@ -\(at - 2),7 +\(at - 2),7 @@\n\(before)-\(line(at))\n+    let value\(at) = 0\n\(after)"
    }

    private static func places(_ count: Int, of lines: Int) -> [Int] {
        (0..<count).map { ($0 * (lines / 20 / max(1, count)) + $0 % 3) % (lines / 20 - 1) * 20 + 10 }
    }

    /// A thousand patches of one file each, as the feedback of a thousand coders; 1,000 lines, drifted by four.
    private func thousand() async throws -> Row {
        let content = Self.source(1000, shift: 4)
        let places = (0..<1000).map { $0 % 48 * 20 + 10 }
        let patches = places.map { "--- a/f\n+++ b/f\n" + Self.hunk($0) }
        var costs: [Cost] = []
        for _ in 0..<9 {
            costs.append(
                try await Measure.own {
                    for patch in patches where try apply(patch, to: content).isEmpty {
                        throw BenchError("an empty file")
                    }
                })
        }
        let peers = try await peer(content, patches[0])
        var row = Row(
            benchmark: name, what: "1,000 patches read, located four lines further down and applied (1,000 lines each)",
            ours: costs.cpu, unit: "ms", peer: "as many processes of GNU patch", peerValue: peers.map { $0 * 1000 },
            target: "under 1 ms each", note: costs.note)
        row.isMet = costs.cpu < 1000
        return row
    }

    /// GNU patch on one of them, in milliseconds; nil where it is not installed.
    private func peer(_ content: [UInt8], _ patch: String) async throws -> Double? {
        try await ScratchDirectory.with { folder in
            try TextFile.write(String(decoding: content, as: UTF8.self), to: "\(folder)/f")
            try TextFile.write(patch, to: "\(folder)/p")
            var costs: [Cost] = []
            for _ in 0..<20 {
                do {
                    costs.append(
                        try await Measure.children {
                            _ = try PeerCommand.run([
                                "patch", "-s", "-o", "\(folder)/out", "\(folder)/f", "\(folder)/p",
                            ])
                        })
                } catch { return nil }
            }
            return costs.cpu
        }
    }

    /// 10,000 hunks into 10 MB, with and without numbers.
    private func hunks() async throws -> [Row] {
        let content = Self.source(220_000)
        let places = (0..<10_000).map { $0 * 20 + 10 }
        let numbered = "--- a/f\n+++ b/f\n" + places.map(Self.hunk).joined()
        let blind =
            "--- a/f\n+++ b/f\n" + places.map { "@@\n" + Self.hunk($0).drop { $0 != "\n" }.dropFirst() }.joined()
        return try await [("stated lines", numbered), ("no line numbers", blind)].asyncMap { what, patch in
            var costs: [Cost] = []
            for _ in 0..<5 { costs.append(try await Measure.own { _ = try apply(patch, to: content) }) }
            var row = Row(
                benchmark: name, what: "10,000 hunks into a file of \(content.count / 1_000_000) MB, \(what)",
                ours: costs.cpu, unit: "ms", target: "under 2 s", note: costs.note)
            row.isMet = costs.cpu < 2000
            return row
        }
    }

    /// Patches that are made to take long, of a size and of four times that size: linear is four times, quadratic sixteen.
    private func hostile() async throws -> [Row] {
        await HostilePatch.all.asyncMap { hostile in
            var medians: [Double] = []
            for size in [200_000, 800_000] {
                let (patch, content) = hostile.made(size: size)
                var costs: [Cost] = []
                for _ in 0..<5 { costs.append(await Measure.own { _ = try? apply(patch, to: content) }) }
                medians.append(costs.cpu)
            }
            var row = Row(
                benchmark: name, what: "hostile: \(hostile.name), 800 kB", ours: medians[1], unit: "ms", peer: "200 kB",
                peerValue: medians[0], target: "at most 6 times", note: "")
            row.isMet = medians[1] <= 6 * max(medians[0], 1)
            return row
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
