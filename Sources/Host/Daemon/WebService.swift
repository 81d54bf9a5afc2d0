import Forge
import Logs
import MCP
import Model
import ServiceLifecycle
import Settings
import Web

/// The daemon's one HTTP listener as one of its services: for agents, for the forge's webhooks, or for both.
struct WebService: ServiceLifecycle.Service {
    let server: WebServer

    /// - Parameter webhooks: nil where none are taken.
    /// - Returns: nil where no `web-listen` is set.
    init?(
        _ settings: DaemonSettings, services: HostAgentServices, webhooks: WebhookReceiver?,
        say: @escaping @Sendable (LogLine) -> Void
    ) {
        guard let (host, port) = settings.webListen else { return nil }
        let place = "http://" + (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
        let agents = Self.agents(settings, services)
        let webhook = webhooks.map { receiver in
            WebhookDoor { headers, body in receiver.receive(WebhookRequest(headers: headers, body: body)) }
        }
        server = WebServer(
            host: host, port: port, agents: agents, webhook: webhook,
            isListening: {
                if agents != nil { say(LogLine("agents may ask at \(place)\(AgentDoor.path)")) }
                if webhook != nil { say(LogLine("webhooks are taken at \(place)\(WebhookDoor.path)")) }
            })
    }

    /// nil where nobody has a token.
    private static func agents(_ settings: DaemonSettings, _ services: HostAgentServices) -> AgentDoor? {
        let entries = settings.webTokens.compactMap { token in
            AgentRights(token.rights).map { AccessTokens.Entry(name: token.name, rights: $0, token: token.token) }
        }
        guard !entries.isEmpty else { return nil }
        let endpoint = MCPEndpoint(
            server: MCPServer(services: services, version: HostCommand.versionNumber), tokens: AccessTokens(entries),
            origins: Set(settings.webOrigins))
        return AgentDoor(endpoint: endpoint) { question, body, entry in
            // Whoever waits for a verdict must not keep the daemon from ending.
            await cancelWhenGracefulShutdown { await endpoint.answer(question, body, as: entry) }
        }
    }

    func run() async throws { try await server.run() }
}
