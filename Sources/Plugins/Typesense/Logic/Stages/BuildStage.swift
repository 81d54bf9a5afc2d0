import PluginKit

/// Validates every file, without a server.
struct BuildStage {
    let context: StageContext
    init(_ context: StageContext) { self.context = context }

    func run() throws -> StageResult {
        let reader = try DefinitionReader(context.sourceDirectory)
        for problem in reader.problems { context.diagnostic(problem.diagnostic) }
        if let result = Self.refusal(reader) { return result }
        let definitions = reader.definitions
        if definitions.isEmpty { return .ok("the files declare nothing") }
        let documents = definitions.collections.reduce(0) { $0 + ($1.seed?.count ?? 0) }
        return .ok(
            "\(definitions.collections.count) collections, \(documents) documents to seed and what belongs to them are valid"
        )
    }

    static func refusal(_ reader: DefinitionReader) -> StageResult? {
        let count = reader.errors.count
        return count == 0 ? nil : .failed("\(count) problem\(count == 1 ? "" : "s") in the files")
    }
}
