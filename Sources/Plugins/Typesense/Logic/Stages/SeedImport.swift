import Model
import PluginKit

/// Upserts a file of documents.
struct SeedImport {
    private let work: Work
    private let seed: Definitions.Seed

    init(_ work: Work, _ seed: Definitions.Seed) {
        self.work = work
        self.seed = seed
    }

    /// - Throws: `typesense.documents` when a document is refused; the diagnostics name its line.
    func run(into collection: String) throws {
        let importer = Importer(work.server, collection: collection, timeout: work.options.timeout * 4)
        var (batch, lines, number, taken, refused): ([UInt8], [Int], Int, Int, Int) = ([], [], 0, 0, 0)
        func flush() throws {
            guard !lines.isEmpty else { return }
            try work.context.checkCancellation()
            for (line, verdict) in zip(lines, try importer.send(batch, count: lines.count, .upsert)) {
                if verdict.isTaken {
                    taken += 1
                    continue
                }
                refused += 1
                guard refused <= 20 else { continue }
                work.report(
                    .error, "typesense.document", "'\(collection)' does not take the document: \(verdict.message)", nil,
                    at: .init(file: seed.file, line: line))
            }
            work.context.progress(Double(taken + refused) / Double(max(seed.count, 1)), "documents of '\(seed.file)'")
            batch.removeAll(keepingCapacity: true)
            lines.removeAll(keepingCapacity: true)
        }
        try JSONLines.each("\(work.context.sourceDirectory)/\(seed.file)") { line in
            number += 1
            guard line.contains(where: { $0 > 0x20 }) else { return }
            batch.append(contentsOf: line)
            batch.append(10)
            lines.append(number)
            if lines.count >= work.options.batch || batch.count >= 4 << 20 { try flush() }
        }
        try flush()
        guard refused == 0 else {
            throw PluginFailure(
                .failed("\(refused) of \(seed.count) documents of '\(seed.file)' are refused by '\(collection)'"))
        }
        work.context.log("'\(seed.file)': \(taken) documents upserted into '\(collection)'")
    }
}
