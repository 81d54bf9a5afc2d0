import Foundation
import RepairTestSupport
import TestSupport

/// The corpus of patches: what our answers cost, and how often GNU patch, `git apply` and `git apply --3way` put one of its unified
/// diffs into a wrong place. With `DEPLOYER_WRITE_TABLES=1` what they did is written into Documentation/PatchCorpus.md.
struct CorpusBenchmark: Benchmark {
    let name = "corpus"

    func run() async throws -> [Row] {
        let items = try PatchCorpus.load().items
        var costs: [Cost] = []
        var score = PatchScore()
        for turn in 0..<5 {
            costs.append(
                await Measure.own {
                    for item in items {
                        let judgement = PatchJudgement(PatchRoom.answer(item), to: item)
                        if turn == 0 { score.count(judgement, in: item.entry.dialect) }
                    }
                })
        }
        let wrong = score.total[.appliedWrong] ?? 0
        var own = Row(
            benchmark: name, what: "the corpus of \(items.count) patches, each read and applied or refused",
            ours: costs.cpu, unit: "ms", target: "none applied wrong",
            note: costs.note + PatchJudgement.allCases.map { "; \($0.rawValue): \(score.total[$0] ?? 0)" }.joined())
        own.isMet = wrong == 0
        let unified = Double(score.counts["unified"]?[.appliedWrong] ?? 0)
        return [own]
            + (try tools().map { tool in
                var row = Row(
                    benchmark: name, what: "unified diffs of the corpus applied wrong", ours: unified, unit: "",
                    peer: tool.name,
                    peerValue: tool.wrong, target: "0", note: "")
                row.isMet = unified == 0
                return row
            })
    }

    /// The table that `Scripts/compare-patch-tools` prints: name, four counts, those that cannot be read.
    private func tools() throws -> [(name: String, wrong: Double)] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/compare-patch-tools").path
        Progress.say("  other tools on the same cases, a minute or so")
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let result = try PeerCommand.run(
            [script] + (DocumentTable.isWriting ? ["--write"] : []), environment: ["PATH": path])
        let rows = result.text.split(separator: "\n").map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let tools = rows.filter { $0.count == 6 }.compactMap { cells in Double(cells[4]).map { (cells[0], $0) } }
        guard result.status == 0, !tools.isEmpty else { throw BenchError("\(script): \(result.text.prefix(200))") }
        return tools
    }
}
