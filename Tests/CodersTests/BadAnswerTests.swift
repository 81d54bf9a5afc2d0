import CoderDoubles
import Coders
import Model
import Testing

/// Each way in which an answer can be of no use has words of its own, and is an attempt that is used up.
@Suite struct BadAnswerTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var reply: ModelDouble.Reply
        var code: Failure.Code
        var words: String
        var isChat = false
        var testDescription: String { name }
    }

    static func output(_ items: JSONValue...) -> ModelDouble.Reply { .members(["output": .array(items)]) }
    static func refusal(_ text: String) -> JSONValue {
        DoubleAnswer.message([.object(["type": .string("refusal"), "refusal": .string(text)])])
    }
    static func chat(_ message: [String: JSONValue], _ finish: String = "stop") -> ModelDouble.Reply {
        .members(["choices": .array([DoubleAnswer.choice(message, finish: finish)])])
    }

    static let cases: [Case] = [
        Case(
            name: "a refusal", reply: output(refusal("I cannot help with that.")), code: .coderRefusal,
            words: "the model refuses: I cannot help with that."),
        Case(
            name: "a call of a tool", reply: output(DoubleAnswer.reasoning, DoubleAnswer.call()), code: .coderToolCall,
            words: "the model wants to call the tool 'run_shell'"),
        Case(
            name: "a call of a built-in tool", reply: output(DoubleAnswer.call("web_search_call", name: nil)),
            code: .coderToolCall, words: "'web_search_call'"),
        Case(
            name: "an incomplete answer",
            reply: .members([
                "status": .string("incomplete"),
                "incomplete_details": .object(["reason": .string("max_output_tokens")]),
                "output": .array([DoubleAnswer.message([.object(DoubleAnswer.part(#"{"description": "Fi"#))])]),
            ]), code: .coderTruncated, words: "it reached the limit of its tokens"),
        Case(
            name: "a filtered answer",
            reply: .members([
                "status": .string("incomplete"), "incomplete_details": .object(["reason": .string("content_filter")]),
            ]), code: .coderFiltered, words: "content filter"),
        Case(name: "nothing but thoughts", reply: output(DoubleAnswer.reasoning), code: .coderEmpty, words: "thought"),
        Case(name: "an empty text", reply: .text(" \n"), code: .coderEmpty, words: "the answer is empty"),
        Case(name: "prose", reply: .text("I would change line 12."), code: .coderNotJSON, words: "is no JSON"),
        Case(
            name: "truncated JSON", reply: .text(String(Fixtures.answer().dropLast(12))), code: .coderTruncated,
            words: "a JSON document begins and does not end"),
        Case(
            name: "two different documents", reply: .text(Fixtures.answer() + "\n" + Fixtures.answer(description: "B")),
            code: .coderNotJSON, words: "2 different documents"),
        Case(name: "a list", reply: .text("[]"), code: .coderSchema, words: "it is a list, not an object"),
        Case(
            name: "without patches", reply: .text(#"{"description": "x"}"#), code: .coderSchema,
            words: "\"patches\" is missing"),
        Case(
            name: "patches as text", reply: .text(#"{"description": "x", "patches": "y"}"#), code: .coderSchema,
            words: "\"patches\" is a text, not a list"),
        Case(
            name: "a patch without text", reply: .text(#"{"description": "x", "patches": [{"target": null}]}"#),
            code: .coderSchema, words: "\"patches[0]\" has no \"text\""),
        Case(
            name: "an empty patch", reply: .text(#"{"description": "x", "patches": [{"target": null, "text": " "}]}"#),
            code: .coderSchema, words: "is empty"),
        Case(
            name: "a description that is a number",
            reply: .text(#"{"description": 5, "patches": [{"target": null, "text": "x"}]}"#), code: .coderSchema,
            words: "\"description\" is a number, not a text"),
        Case(
            name: "no patch and no reason", reply: .text(#"{"description": "", "patches": [], "cannot": null}"#),
            code: .coderEmpty, words: "holds no patch and does not say why"),
        Case(
            name: "an honest no",
            reply: .text(#"{"description": "", "patches": [], "cannot": "The manifest is wrong."}"#),
            code: .coderDeclined, words: "it cannot mend this: The manifest is wrong."),
        Case(
            name: "an invalid prompt",
            reply: .members([
                "status": .string("failed"),
                "error": .object(["code": .string("invalid_prompt"), "message": .string("not allowed")]),
            ]), code: .coderRequest, words: "will not answer this (invalid_prompt): not allowed"),
        Case(name: "another shape", reply: .members(["output": .string("x")]), code: .coderSchema, words: "'output'"),
        Case(
            name: "an answer that is no JSON", reply: .status(200, body: "<html>hello</html>"), code: .coderNotJSON,
            words: "what the server answered is no JSON"),
        Case(
            name: "a stream that nobody asked for",
            reply: .status(200, body: "event: response.created\ndata: {}\n\n"), code: .coderNotJSON, words: "streams"),
        Case(
            name: "chat: a refusal", reply: chat(["refusal": .string("No.")]), code: .coderRefusal,
            words: "refuses: No.",
            isChat: true),
        Case(
            name: "chat: a call of a tool",
            reply: chat(
                [
                    "tool_calls": .array([
                        .object([
                            "id": .string("c"), "type": .string("function"),
                            "function": .object(["name": .string("sh"), "arguments": .string("{}")]),
                        ])
                    ])
                ], "tool_calls"), code: .coderToolCall, words: "'sh'", isChat: true),
        Case(
            name: "chat: cut off", reply: chat(["content": .string("{\"descr")], "length"), code: .coderTruncated,
            words: "limit of its tokens", isChat: true),
        Case(
            name: "chat: filtered", reply: chat([:], "content_filter"), code: .coderFiltered, words: "filter",
            isChat: true),
        Case(
            name: "chat: nothing", reply: chat(["content": .string("")]), code: .coderEmpty, words: "is empty",
            isChat: true),
        Case(
            name: "chat: no choices", reply: .members(["choices": .array([])]), code: .coderSchema,
            words: "'choices'", isChat: true),
    ]

    @Test(arguments: cases) func aBadAnswerIsJudgedInItsOwnWords(_ test: Case) async throws {
        let interfaces: Set<String> = [test.isChat ? "/v1/chat/completions" : "/v1/responses"]
        let double = try ModelDouble([test.reply], interfaces: interfaces)
        defer { double.stop() }
        await Trial.with(Trial(double.base)) { trial in
            let failure = await trial.failure()
            #expect(failure?.meaning == .badAnswer)
            #expect(failure?.failure.code == test.code)
            #expect(failure?.description.contains(test.words) == true, "\(failure?.description ?? "a proposal")")
            // It is paid for, kept, and not asked for a second time.
            let exchanges = trial.recorder.exchanges
            #expect(exchanges.last?.judgement == failure?.description)
            #expect(exchanges.count == (test.isChat ? 2 : 1) && trial.pauses.all.isEmpty)
            #expect(await trial.ledger.entries.allSatisfy { $0.isSettled })
        }
        #expect(double.problems == [])
    }

    @Test func secretsInAServersWordsAreMasked() async throws {
        let double = try ModelDouble([Self.output(Self.refusal("You said hunter2-hunter2."))])
        defer { double.stop() }
        await Trial.with(Trial(double.base, secrets: ["hunter2-hunter2"])) { trial in
            let failure = await trial.failure()
            #expect(failure?.failure.cause == "You said ***.")
        }
    }

    @Test func aPatchForAnotherFileIsPassedOnAsItIs() async throws {
        let patch = "../../etc/passwd\n<<<<<<< SEARCH\nroot\n=======\ntoor\n>>>>>>> REPLACE\n"
        let double = try ModelDouble([.text(Fixtures.answer(patch: patch, target: "/etc"))])
        defer { double.stop() }
        try await Trial.with(Trial(double.base)) { trial in
            let proposal = try await trial.propose()
            #expect(proposal.change == .patches([CoderProposal.Patch(patch, target: "/etc")]))
        }
    }
}
