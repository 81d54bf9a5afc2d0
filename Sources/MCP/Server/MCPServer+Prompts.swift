import Diagnostics
import Model

extension MCPServer {
    private static let promptName = "repair_failure"

    static func prompt(in version: ProtocolVersion) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(promptName),
            "description": "What is needed to repair a failed deployment: the report, and how to send the patch.",
            "arguments": [
                ["name": "service", "description": "The newest failure of this service.", "required": false],
                ["name": "report", "description": "A report's id.", "required": false],
            ],
        ]
        if version.hasStructuredResults { members["title"] = "Repair this failure" }
        return .object(members)
    }

    func prompt(_ request: RPCRequest) async throws(RPCError) -> [String: JSONValue] {
        guard request.params["name"] == .string(Self.promptName) else {
            throw .invalidParams("there is no such prompt; prompts/list names them")
        }
        let arguments = request.params["arguments"]?.members ?? [:]
        for (name, value) in arguments {
            guard ["service", "report"].contains(name), value.string != nil else {
                throw .invalidParams("the arguments are 'service' and 'report', both texts")
            }
        }
        var choice = ReportChoice.newest
        if let text = arguments["service"]?.string, !text.isEmpty {
            guard let service = ServiceName(text) else { throw .invalidParams("'service' is no service name") }
            choice = .of(service)
        }
        if let id = arguments["report"]?.string, !id.isEmpty { choice = .id(id) }
        do throws(Failure) {
            guard let report = try await services.report(choice) else {
                throw Failure(.init("report.none"), "there is no such report: nothing failed, or it is long ago")
            }
            return [
                "description": .string("Repair '\(report.service)', which failed in \(report.stage)"),
                "messages": [
                    ["role": "user", "content": ["type": "text", "text": .string(RepairPrompt(report: report).text)]]
                ],
            ]
        } catch {
            guard error.code.rawValue == "report.none" else { throw Self.error(error) }
            throw .invalidParams(error.message)
        }
    }
}
