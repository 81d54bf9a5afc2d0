import Foundation
import MCP
import Testing

/// Documentation/Agents.md has its table of tools from the code.
@Suite struct AgentManualTests {
    @Test func theManualsTableIsTheGeneratedOne() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Documentation/Agents.md")
        var text = try String(contentsOf: file, encoding: .utf8)
        let begin = try #require(text.range(of: "\(AgentManual.begin)\n"))
        let end = try #require(text.range(of: AgentManual.end, range: begin.upperBound..<text.endIndex))
        let table = String(text[begin.upperBound..<end.lowerBound])
        if ProcessInfo.processInfo.environment["DEPLOYER_REGENERATE"] == "1", table != AgentManual.tools {
            text.replaceSubrange(begin.upperBound..<end.lowerBound, with: AgentManual.tools)
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(table == AgentManual.tools, "run DEPLOYER_REGENERATE=1 swift test --filter MCPTests")
    }
}
