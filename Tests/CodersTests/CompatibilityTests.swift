import CoderDoubles
import Model
import Testing

@testable import Coders

/// Servers that call themselves compatible say what they lack by refusing it; what was learned is remembered.
@Suite struct CompatibilityTests {
    @Test(arguments: [404, 405, 501]) func chatCompletionsAreTheFallbackAndRemembered(absent: Int) async throws {
        let double = try ModelDouble([.text(Fixtures.answer())], interfaces: ["/v1/chat/completions"], absent: absent)
        defer { double.stop() }
        try await Trial.with(Trial(double.base)) { trial in
            let proposal = try await trial.propose()
            #expect(proposal.usage == TokenUsage(input: 900, output: 100))
            _ = try await trial.propose()
            #expect(
                double.received.map(\.path) == ["/v1/responses", "/v1/chat/completions", "/v1/chat/completions"])
        }
        #expect(double.problems == [])
        let body = try #require(double.received.last?.body)
        #expect(body["response_format"]?["json_schema"]?["strict"] == .bool(true))
        #expect(body["max_completion_tokens"] == .integer(16_000))
    }

    @Test func aServerWithNeitherIsNamed() async throws {
        let double = try ModelDouble([.reset], interfaces: [])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .setup)
            #expect(failure?.description.contains("neither /responses nor /chat/completions") == true)
            // Nothing was learned from who knows nothing.
            #expect(trial.coder.knownTraits == ServerTraits())
        }
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        var name: String
        var status: Int
        var body: String
        var interface: ServerTraits.Interface
        var expect: @Sendable (inout ServerTraits) -> Void
        var testDescription: String { name }
    }

    /// Bodies as the servers named send them.
    static let refusals: [Refusal] = [
        Refusal(
            name: "transformers 4.57", status: 422,
            body: #"{"detail":"Unsupported fields in the request: {'text', 'store', 'reasoning'}"}"#,
            interface: .responses
        ) {
            $0.form = .object
            $0.takesStore = false
            $0.takesEffort = false
        },
        Refusal(
            name: "transformers 4.57, chat", status: 422,
            body: #"{"detail":"Unsupported fields in the request: {'max_completion_tokens', 'response_format'}"}"#,
            interface: .chat
        ) {
            $0.form = .objectWithSchema
            $0.limit = .former
        },
        Refusal(
            name: "FastAPI's validation (llama-cpp-python)", status: 422,
            body:
                #"{"detail":[{"type":"literal_error","loc":["body","response_format","type"],"msg":"Input should be 'text' or 'json_object'","input":"json_schema"}]}"#,
            interface: .chat
        ) { $0.form = .objectWithSchema },
        Refusal(
            name: "llama-cpp-python 0.3.36", status: 500,
            body:
                #"{"error":{"message":"1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}","type":"internal_server_error","param":null,"code":null}}"#,
            interface: .chat
        ) { $0.form = .objectWithSchema },
        Refusal(
            name: "OpenAI, an older model", status: 400,
            body:
                #"{"error":{"message":"Invalid parameter: 'text.format' of type 'json_schema' is not supported with this model.","type":"invalid_request_error","param":"text.format","code":null}}"#,
            interface: .responses
        ) { $0.form = .object },
        Refusal(
            name: "OpenAI, a model that does not think", status: 400,
            body:
                #"{"error":{"message":"Unsupported parameter: 'reasoning.effort' is not supported with this model.","type":"invalid_request_error","param":"reasoning.effort","code":"unsupported_parameter"}}"#,
            interface: .responses
        ) { $0.takesEffort = false },
        Refusal(
            name: "OpenAI, a schema beside json_object", status: 400,
            body:
                #"{"error":{"message":"Unknown parameter: 'response_format.schema'.","type":"invalid_request_error","param":"response_format.schema","code":"unknown_parameter"}}"#,
            interface: .chat
        ) { $0.form = .objectWithSchema },
    ]

    @Test(arguments: refusals) func aRefusalTeachesWhatToLeaveOut(_ refusal: Refusal) {
        var traits = ServerTraits()
        traits.interface = refusal.interface
        var expected = traits
        refusal.expect(&expected)
        let error = APIError(status: refusal.status, body: refusal.body) { $0 }
        #expect(traits.learn(from: error) && traits == expected)
    }

    @Test(arguments: [
        (
            400,
            #"{"error":{"message":"Your input text is too long for the context window","type":"x","param":"input","code":"context_length_exceeded"}}"#
        ),
        (401, #"{"error":{"message":"unsupported text","type":"x","param":null,"code":null}}"#),
        (400, #"{"error":{"message":"The model is not supported","type":"x","param":"model","code":null}}"#),
        (500, #"{"error":{"message":"invalid text: something broke","type":"server_error","param":null,"code":null}}"#),
        (400, #"{"error":{"message":"Something odd","type":"x","param":null,"code":null}}"#), (400, "oh"), (422, "{}"),
    ]) func otherRefusalsTeachNothing(status: Int, body: String) {
        var traits = ServerTraits()
        #expect(!traits.learn(from: APIError(status: status, body: body) { $0 }) && traits == ServerTraits())
    }

    /// From the strictest form to none, each refusal one step, and never for ever.
    @Test func aServerThatRefusesEverythingIsGivenUp() async throws {
        let words = #"{"detail":"Unsupported fields in the request: {'text'}"}"#
        let double = try ModelDouble([.status(422, body: words)])
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            #expect(await trial.failure()?.meaning == .setup)
            #expect(trial.coder.knownTraits.form == .none && double.received.count == 3)
        }
        #expect(double.problems == [])
        #expect(double.received.last?.body["text"] == nil)
    }

    @Test func everyFormIsOfOpenAIsDescriptionButTheOneForLlama() {
        for interface in [ServerTraits.Interface.responses, .chat] {
            for form in [ServerTraits.Form.schema, .objectWithSchema, .object, .none] {
                for limit in [ServerTraits.Limit.current, .former, .none] where interface == .chat || limit != .former {
                    var traits = ServerTraits()
                    (traits.interface, traits.form, traits.limit) = (interface, form, limit)
                    let prompt = PromptBuilder().prompt(for: Fixtures.request(), way: .answer)
                    let body = RequestBody(
                        options: OpenAIOptions(model: "m", effort: "high"), traits: traits, prompt: prompt,
                        wantsChangelog: true
                    ).document
                    let problems = RequestCheck.body(body, chat: interface == .chat)
                    let isLlamas = interface == .chat && form == .objectWithSchema
                    #expect(problems == (isLlamas ? ["Unknown parameter: 'response_format.schema'."] : []))
                }
            }
        }
    }

    /// The double itself: a check that cannot fail would prove nothing.
    @Test(arguments: [
        ([:] as [String: JSONValue], 2), (["model": .string("m"), "input": .integer(1)], 1),
        (["model": .string("m"), "input": .string("x"), "temprature": .integer(1)], 1),
        (["model": .string("m"), "input": .string("x"), "reasoning": .object(["effort": .string("huge")])], 1),
        (
            [
                "model": .string("m"), "input": .string("x"),
                "text": .object([
                    "format": .object([
                        "type": .string("json_schema"), "name": .string("a b"), "strict": .bool(false),
                        "schema": .object([
                            "type": .string("object"),
                            "properties": .object(["a": .object(["type": .string("string")])]),
                            "required": .array([]), "minProperties": .integer(1),
                        ]),
                    ])
                ]),
            ], 5
        ),
    ]) func theDoubleFindsWhatIsWrong(members: [String: JSONValue], problems: Int) {
        #expect(RequestCheck.body(.object(members), chat: false).count == problems)
    }
}
