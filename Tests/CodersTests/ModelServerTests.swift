import Coders
import Foundation
import Model
import TestSupport
import Testing

/// Real servers with real models, of a few thousand numbers: `engines/model`. One model's weights are made so that it answers with
/// a document of ours, the other's are chance.
@Suite(.serialized) struct ModelServerTests {
    static let missing = StartedModels.missing
    static let prompts = PromptOptions(tokens: 2500)

    @Test(.enabled(if: missing.responses == nil, "skipped: \(missing.responses ?? "")"))
    func theResponsesInterfaceOfTransformersGivesAProposal() async throws {
        let models = try await StartedModels.shared()
        let trial = Trial(models.responses, key: nil, prompts: Self.prompts) { options in
            options.model = "\(models.folder)/parrot"
            options.outputTokens = 64
            options.timeout = .seconds(120)
        }
        try await Trial.with(trial) { trial in
            let proposal = try await trial.propose()
            #expect(proposal.change == .patches([CoderProposal.Patch(Fixtures.patch)]))
            #expect(proposal.message == "Serve on a fixed port")
            // Counted by the server: a token for each byte of the prompt, one for the answer, one for its end.
            #expect(!proposal.usage.isEstimated && proposal.usage.input > 2000 && proposal.usage.output <= 2)
            #expect(trial.coder.knownTraits.interface == .responses)
            #expect(trial.recorder.exchanges.last?.status == 200)
        }
    }

    @Test(.enabled(if: missing.responses == nil, "skipped: \(missing.responses ?? "")"))
    func chanceBehindTheResponsesInterfaceIsABadAnswer() async throws {
        let models = try await StartedModels.shared()
        let trial = Trial(models.responses, key: nil, prompts: Self.prompts) { options in
            options.model = "\(models.folder)/random"
            options.outputTokens = 48
            options.timeout = .seconds(120)
        }
        try await Trial.with(trial) { trial in
            let failure = try #require(await trial.failure())
            #expect(failure.meaning == .badAnswer)
            #expect([.coderNotJSON, .coderTruncated, .coderEmpty].contains(failure.failure.code), "\(failure)")
            let entries = await trial.ledger.entries
            #expect(entries.last?.usage.isEstimated == false && entries.last?.usage.output == 48)
        }
    }

    @Test(.enabled(if: missing.chat == nil, "skipped: \(missing.chat ?? "")"))
    func chatCompletionsOfLlamaAreFoundAndHeldToTheSchema() async throws {
        let models = try await StartedModels.shared()
        let trial = Trial(models.chat, key: models.key, prompts: Self.prompts) { options in
            options.model = "parrot"
            options.timeout = .seconds(120)
        }
        try await Trial.with(trial) { trial in
            let proposal = try await trial.propose()
            #expect(proposal.change == .patches([CoderProposal.Patch(Fixtures.patch)]))
            #expect(!proposal.usage.isEstimated && proposal.usage.input > 2000)
            // It has no /responses (404), knows no `json_schema` (500), and holds the model to a schema beside `json_object`.
            #expect(trial.recorder.exchanges.map(\.status) == [404, 500, 200])
            #expect(trial.coder.knownTraits.interface == .chat && trial.coder.knownTraits.form == .objectWithSchema)
            _ = try await trial.propose()
            #expect(trial.recorder.exchanges.map(\.status) == [404, 500, 200, 200])
        }
    }

    @Test(.enabled(if: missing.chat == nil, "skipped: \(missing.chat ?? "")"))
    func chanceHeldToTheSchemaIsTheBeginningOfADocument() async throws {
        let models = try await StartedModels.shared()
        let trial = Trial(models.chat, key: models.key, prompts: Self.prompts) { options in
            options.model = "random"
            options.timeout = .seconds(180)
        }
        try await Trial.with(trial) { trial in
            let outcome: CoderFailure? = await trial.failure()
            let received = try #require(trial.recorder.exchanges.last)
            #expect(received.status == 200)
            // The sampler let nothing pass that the schema does not allow, so the text is of its shape as far as it goes.
            #expect(received.received.contains(#"\"cannot\""#))
            if let outcome { #expect(outcome.meaning == .badAnswer, "\(outcome)") }
        }
    }

    @Test(.enabled(if: missing.chat == nil, "skipped: \(missing.chat ?? "")"))
    func aWrongKeyIsRefusedByARealServer() async throws {
        let models = try await StartedModels.shared()
        let trial = Trial(models.chat, key: "sk-wrong-0123456789") { $0.model = "parrot" }
        await Trial.with(trial) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .setup)
        }
    }
}

/// The servers, started once for all tests and ended with the process.
final class StartedModels: Sendable {
    let responses: String
    let chat: String
    let key: String
    let folder: String
    private let engine: StartedEngine

    static let missing: (responses: String?, chat: String?) = {
        func reason(_ kind: String) -> String? {
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("engines/model").path
            let isThere = (try? PeerCommand.run([script, "path", kind]))?.status == 0
            if !isThere { return "needs a real model server: engines/model install \(kind)" }
            // Starting them takes half a minute; who wants that says so.
            let isWanted = ProcessInfo.processInfo.environment["DEPLOYER_TEST_MODEL"] == "1"
            return isWanted ? nil : "a real model server is asked by `make test-model`"
        }
        return (reason("responses"), reason("chat"))
    }()

    /// On a thread of its own: starting takes longer than the few threads of all tests may be held.
    static func shared() async throws -> StartedModels {
        try await withCheckedThrowingContinuation { continuation in
            PeerThread.start { continuation.resume(with: common) }
        }
    }
    private static let common = Result<StartedModels, any Error> {
        let models = try StartedModels()
        Leftovers.engine.initialize(to: models.engine)
        atexit { Leftovers.engine.pointee?.stop() }
        return models
    }

    private init() throws {
        folder = "\(NSTemporaryDirectory())deployer-model-\(UUID().uuidString.prefix(8))"
        engine = try StartedEngine("model", in: folder)
        let variables = try engine.variables()
        responses = variables["RESPONSES_URL"] ?? ""
        chat = variables["CHAT_URL"] ?? ""
        key = variables["CHAT_KEY"] ?? ""
    }
}

private enum Leftovers {
    // Written once, before the exit handler that reads it is registered.
    nonisolated(unsafe) static let engine = UnsafeMutablePointer<StartedEngine?>.allocate(capacity: 1)
}
