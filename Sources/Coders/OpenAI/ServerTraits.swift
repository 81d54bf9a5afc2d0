/// What a server was found to understand. Servers that call themselves compatible differ, and say so by refusing a request;
/// what was learned holds until the daemon ends.
package struct ServerTraits: Sendable, Hashable {
    package enum Interface: String, Sendable, Hashable {
        case responses
        case chat
        /// Below the base address.
        package var path: String { self == .responses ? "/responses" : "/chat/completions" }
    }

    /// How the shape of the answer is asked for, best first. It stands in the instructions in any case.
    package enum Form: Int, Sendable, Hashable {
        case schema
        /// `json_object` with a schema beside it, as llama.cpp and its kin read it.
        case objectWithSchema
        case object
        case none
    }

    /// How the length of the answer is limited.
    package enum Limit: Int, Sendable, Hashable {
        case current
        /// `max_tokens`, which chat completions had before.
        case former
        case none
    }

    package var interface = Interface.responses
    package var form = Form.schema
    package var limit = Limit.current
    package var takesStore = true
    package var takesEffort = true
    package var takesStream = true
    package init() {}

    /// Learns from a refusal what to leave out.
    ///
    /// Returns false when it tells nothing of that kind, and the refusal stands.
    mutating func learn(from error: APIError) -> Bool {
        guard error.isAboutRequest else { return false }
        let before = self
        if error.names(["text", "response_format", "json_schema", "json_object"]) {
            form = Form(rawValue: form.rawValue + 1) ?? .none
            // The middle way is no part of the Responses API.
            if interface == .responses, form == .objectWithSchema { form = .object }
        }
        if error.names(["max_output_tokens", "max_completion_tokens", "max_tokens"]) {
            limit = interface == .responses ? .none : Limit(rawValue: limit.rawValue + 1) ?? .none
        }
        if error.names(["store"]) { takesStore = false }
        if error.names(["reasoning", "reasoning_effort"]) { takesEffort = false }
        if error.names(["stream"]) { takesStream = false }
        return self != before
    }

    /// Goes over to chat completions where the server has no other.
    mutating func fallBack(from error: APIError) -> Bool {
        guard interface == .responses, [404, 405, 501].contains(error.status), !error.isAboutModel else { return false }
        interface = .chat
        (form, limit) = (.schema, .current)
        return true
    }
}
