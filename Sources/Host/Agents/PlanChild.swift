import Model
import Settings
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A plan made by a process of its own: what it takes of memory is given back, and what it starts ends with it.
struct PlanChild: Sendable {
    let invocation: Invocation

    private static let timeout: Duration = .seconds(290)
    private static let outputBytes = 16 << 20

    func run(asksPlugins: Bool) async throws(Failure) -> JSONValue {
        var arguments = [invocation.binaries.host, "plan", "--json", "--workspace", invocation.layout.root]
        if !asksPlugins { arguments.append("--quick") }
        for (id, value) in invocation.flags.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            arguments += ["--set", "\(id.rawValue)=\(value)"]
        }
        let processes = ProcessRunner(groups: .none, entrance: invocation.binaries.supervisor)
        let result = await processes.run(
            ProcessRequest(
                operation: "agent-plan-\(UInt64.random(in: 1...(.max)))", arguments: arguments,
                directory: invocation.layout.root, environment: invocation.environment, timeout: Self.timeout,
                keptOutput: Self.outputBytes)
        ) { _, _ in }
        // 2 where the plan is that of the last good configuration.
        guard result.end == .exited(code: 0) || result.end == .exited(code: 2),
            let document = try? JSONDecoder().decode(JSONValue.self, from: Data(result.standardOutput))
        else {
            let words = String(decoding: result.standardError.suffix(2000), as: UTF8.self)
            throw Failure(
                .init("plan.failed"), "no plan could be made", remedy: "see `host plan` on the machine", cause: words)
        }
        return document
    }
}
