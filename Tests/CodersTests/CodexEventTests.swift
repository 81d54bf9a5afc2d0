import Testing

@testable import Coders

/// Lines as `codex exec --json` writes them (codex-rs/exec/src/exec_events.rs).
@Suite struct CodexEventTests {
    static let lines: [(String, CodexEvent)] = [
        (#"{"type":"thread.started","thread_id":"0199a213"}"#, .threadStarted),
        (#"{"type":"turn.started"}"#, .turnStarted),
        (
            #"{"type":"turn.completed","usage":{"input_tokens":24763,"cached_input_tokens":24448,"output_tokens":122}}"#,
            .turnCompleted(TokenUsage(input: 24_763, cached: 24_448, output: 122))
        ),
        (#"{"type":"turn.failed","error":{"message":"boom"}}"#, .turnFailed("boom")),
        (#"{"type":"error","message":"stream error"}"#, .failed("stream error")),
        (
            #"{"type":"item.completed","item":{"id":"item_3","type":"agent_message","text":"Fix it"}}"#,
            .message("Fix it")
        ),
        (#"{"type":"item.started","item":{"id":"item_3","type":"agent_message","text":"Fi"}}"#, .silent),
        (
            #"{"type":"item.completed","item":{"id":"item_0","type":"reasoning","text":"**Scanning**\nfiles"}}"#,
            .progress("thinks: **Scanning** files")
        ),
        (
            #"{"type":"item.started","item":{"id":"item_1","type":"command_execution","command":"bash -lc ls","aggregated_output":"","exit_code":null,"status":"in_progress"}}"#,
            .progress("runs bash -lc ls")
        ),
        (
            #"{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"bash -lc ls","aggregated_output":"x\n","exit_code":2,"status":"failed"}}"#,
            .progress("bash -lc ls ended with 2")
        ),
        (
            #"{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"curl x","aggregated_output":"","exit_code":null,"status":"declined"}}"#,
            .progress("was not let run curl x")
        ),
        (
            #"{"type":"item.completed","item":{"id":"item_2","type":"file_change","changes":[{"path":"a.swift","kind":"update"},{"path":"b","kind":"add"}],"status":"completed"}}"#,
            .progress("update a.swift, add b")
        ),
        (
            #"{"type":"item.completed","item":{"id":"item_2","type":"file_change","changes":[{"path":"a","kind":"delete"}],"status":"failed"}}"#,
            .progress("could not delete a")
        ),
        (
            #"{"type":"item.started","item":{"id":"item_4","type":"mcp_tool_call","server":"docs","tool":"find","arguments":{},"status":"in_progress"}}"#,
            .progress("calls docs find")
        ),
        (
            #"{"type":"item.completed","item":{"id":"item_5","type":"web_search","query":"swift","action":{}}}"#,
            .progress("searched for swift")
        ),
        (
            #"{"type":"item.started","item":{"id":"item_6","type":"todo_list","items":[{"text":"a","completed":true},{"text":"b","completed":false}]}}"#,
            .progress("1 of 2 steps done")
        ),
        (#"{"type":"item.completed","item":{"id":"i","type":"error","message":"slow"}}"#, .progress("warns: slow")),
        (#"{"type":"item.completed","item":{"id":"i","type":"plan","text":"first"}}"#, .progress("plans: first")),
        (#"{"type":"item.updated","item":{"id":"item_6","type":"todo_list","items":[]}}"#, .silent),
        (#"{"type":"item.plan.delta","item_id":"i","delta":"x"}"#, .silent),
        (
            #"{"type":"request_user_input","id":"t","call_id":"c","questions":[]}"#,
            .progress("asks for input, and there is nobody to give it")
        ),
        // What is newer than this reader.
        (#"{"type":"thread.compacted"}"#, .progress("thread.compacted")),
        (#"{"type":"item.started","item":{"id":"i","type":"hologram"}}"#, .progress("hologram")),
    ]

    @Test(arguments: lines) func everyDocumentedEventIsRead(line: String, event: CodexEvent) {
        #expect(CodexEvent(line: line) == event)
    }

    @Test(arguments: [
        "", "hello", "{", "{}", #"{"type":"log","message":"x"}"#, #"{"type":5}"#, #"["type"]"#,
        #"{"type":"turn.completed"#,
    ]) func otherLinesAreNone(line: String) { #expect(CodexEvent(line: line) == nil) }

    @Test(arguments: [
        #"{"type":"turn.completed"}"#, #"{"type":"turn.completed","usage":{"input_tokens":"many"}}"#,
        #"{"type":"turn.failed"}"#, #"{"type":"item.completed"}"#, #"{"type":"item.completed","item":{"type":7}}"#,
        #"{"type":"turn.completed","usage":{"input_tokens":-5,"output_tokens":9223372036854775807}}"#,
    ]) func brokenEventsDoNoHarm(line: String) { #expect(CodexEvent(line: line) != nil) }
}
