import Model
import Synchronization

/// GitLab's REST interface (version 4) for one project, on loopback; written from GitLab's own documentation of its interfaces
/// "Merge requests", "Notes", "Commits" and "Branches".
package final class GitLabDouble: Sendable {
    package let server: DoubleServer
    package let project: String
    private let state: SharedRepository
    package static let token = "glpat-" + String(repeating: "b", count: 20)

    package init(_ project: String = "group/sub/workspace", hasFastForwards: Bool = false) throws {
        self.project = project
        let state = SharedRepository(project)
        self.state = state
        let answers = GitLabAnswers(state: state, project: project, hasFastForwards: hasFastForwards)
        server = try DoubleServer(
            .init(
                prefix: "/api/v4", operations: GitLabAnswers.operations,
                headers: { $0.header("private-token") == nil ? ["PRIVATE-TOKEN is missing"] : [] },
                answer: { answers.answer($0, $1) }, hasTags: true,
                common: { _ in
                    [
                        ("RateLimit-Limit", "2000"), ("RateLimit-Remaining", "1999"),
                        ("RateLimit-Reset", "\(Timestamp.now.microseconds / 1_000_000 + 60)"),
                    ]
                }))
    }

    package func stop() { server.stop() }
    package func change<Result: Sendable>(_ body: @Sendable (inout DoubleRepository) -> Result) -> Result {
        state.change(body)
    }
    package var repository: DoubleRepository { state.change { $0 } }
}

/// A repository that the threads of a double share.
final class SharedRepository: Sendable {
    private let value: Mutex<DoubleRepository>
    init(_ name: String) { value = Mutex(DoubleRepository(name)) }
    func change<Result: Sendable>(_ body: (inout DoubleRepository) -> Result) -> Result { value.withLock { body(&$0) } }
}
