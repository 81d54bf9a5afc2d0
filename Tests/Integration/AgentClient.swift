import Foundation
import Testing

/// The official Python SDK as a client, and raw requests beside it.
enum AgentClient {
    struct NoAnswer: Error, CustomStringConvertible { let description: String }

    private static let folder = HostProcess.root.path + "/Tests/AgentClient"

    /// Where the SDK is installed; nil where it is not.
    static let python: String? = {
        let process = Process()
        process.executableURL = URL(filePath: HostProcess.root.path + "/engines/mcp-client")
        process.arguments = ["path"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    static let isInstalled = python != nil
    static let absence: Comment = "needs the Python SDK of the Model Context Protocol: run engines/mcp-client install"

    /// Carries out steps over standard input and output of `host mcp`.
    static func talk(
        _ workspace: Workspace, _ mode: String, arguments: [String] = [], settings: [String: String] = [:],
        _ steps: [[String: Any]]
    ) async throws -> Answers {
        try await talk(
            [
                "command": [workspace.program, "mcp"] + arguments, "folder": workspace.root,
                "environment": workspace.environment.merging(settings) { $1 }, "mode": mode, "steps": steps,
            ])
    }

    /// The same over HTTP.
    static func talk(port: Int, token: String, _ mode: String, _ steps: [[String: Any]]) async throws -> Answers {
        try await talk(["url": "http://127.0.0.1:\(port)/mcp", "token": token, "mode": mode, "steps": steps])
    }

    private static func talk(_ script: [String: Any]) async throws -> Answers {
        guard let python else { throw NoAnswer(description: "the SDK is not installed") }
        let text = String(decoding: try JSONSerialization.data(withJSONObject: script), as: UTF8.self)
        let result = try await HostProcess.run(
            [folder + "/client.py", text], in: folder, environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"],
            program: python)
        guard result.status == 0 else { throw NoAnswer(description: result.text) }
        let answers = try lines(result.output)
        guard let first = answers.first, let version = first["version"] as? String else {
            throw NoAnswer(description: result.text)
        }
        return Answers(version: version, steps: Array(answers.dropFirst()))
    }

    /// Sends requests as they are written down.
    static func raw(port: Int, _ requests: [[String: Any]]) async throws -> [[String: Any]] {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: requests), as: UTF8.self)
        let result = try await HostProcess.run(
            [folder + "/raw.py", String(port), text], in: folder, environment: ["PATH": "/usr/bin:/bin"],
            program: "/usr/bin/python3")
        guard result.status == 0 else { throw NoAnswer(description: result.text) }
        return try lines(result.output)
    }

    private static func lines(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    struct Answers {
        var version: String
        var steps: [[String: Any]]

        /// The structured result of a step.
        func content(_ index: Int) throws -> [String: Any] {
            try #require(
                steps[index]["structuredContent"] as? [String: Any], "step \(index): \(steps[index])")
        }
        /// The text of a step, whatever it is the text of.
        func text(_ index: Int) -> String {
            let step = steps[index]
            let parts = (step["content"] ?? step["contents"]) as? [[String: Any]]
            let messages = step["messages"] as? [[String: Any]]
            let content = messages?.first?["content"] as? [String: Any]
            return (parts?.first?["text"] ?? content?["text"]) as? String ?? ""
        }
        func code(_ index: Int) -> Int? { (steps[index]["error"] as? [String: Any])?["code"] as? Int }
    }
}
