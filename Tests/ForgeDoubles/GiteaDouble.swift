/// Gitea's and Forgejo's interface (version 1) for one repository, on loopback; written from Gitea's own definitions of its
/// documents (`modules/structs`) and their making (`services/convert`).
package final class GiteaDouble: Sendable {
    package let server: DoubleServer
    package let name: String
    private let state: SharedRepository
    package static let token = String(repeating: "0123456789abcdef", count: 2) + "01234567"

    package init(_ name: String = "fountain/workspace") throws {
        self.name = name
        let state = SharedRepository(name)
        self.state = state
        let answers = GiteaAnswers(state: state, name: name)
        server = try DoubleServer(
            .init(
                prefix: "/api/v1", operations: GiteaAnswers.operations,
                headers: {
                    $0.header("authorization")?.hasPrefix("token ") == true ? [] : ["Authorization is no token"]
                },
                answer: { answers.answer($0, $1) }, hasTags: false, common: { _ in [] }))
    }

    package func stop() { server.stop() }
    package func change<Result: Sendable>(_ body: @Sendable (inout DoubleRepository) -> Result) -> Result {
        state.change(body)
    }
    package var repository: DoubleRepository { state.change { $0 } }
}
