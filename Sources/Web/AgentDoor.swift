package import MCP

/// Where agents ask: the protocol's endpoint, and who answers for it.
package struct AgentDoor: Sendable {
    /// Answers an admitted request.
    package typealias Answering =
        @Sendable (MCPEndpoint.Question, [UInt8], AccessTokens.Entry) async -> MCPEndpoint.Answer

    package static let path = "/mcp"

    let endpoint: MCPEndpoint
    let answer: Answering

    package init(endpoint: MCPEndpoint, answer: @escaping Answering) {
        self.endpoint = endpoint
        self.answer = answer
    }
}
