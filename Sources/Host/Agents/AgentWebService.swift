import Logs
import MCP
import Model
import ServiceLifecycle
import Settings
import Web

/// The HTTP endpoint for agents as one of the daemon's services; there is none where no `web-listen` is set.
struct AgentWebService: ServiceLifecycle.Service {
    let server: WebServer

    init?(_ settings: DaemonSettings, services: HostAgentServices, say: @escaping @Sendable (LogLine) -> Void) {
        guard let (host, port) = settings.webListen else { return nil }
        let entries = settings.webTokens.compactMap { token in
            AgentRights(token.rights).map { AccessTokens.Entry(name: token.name, rights: $0, token: token.token) }
        }
        let endpoint = MCPEndpoint(
            server: MCPServer(services: services, version: HostCommand.versionNumber), tokens: AccessTokens(entries),
            origins: Set(settings.webOrigins))
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        server = WebServer(
            host: host, port: port, endpoint: endpoint,
            isListening: { say(LogLine("agents may ask at http://\(place)/mcp")) },
            // Whoever waits for a verdict must not keep the daemon from ending.
            answer: { question, body, entry in
                await cancelWhenGracefulShutdown { await endpoint.answer(question, body, as: entry) }
            })
    }

    func run() async throws { try await server.run() }
}
