import PluginKit

/// How one node says that it is.
struct NodeHealth {
    let url: String
    /// It answered, whatever it said.
    let answers: Bool
    let isWell: Bool
    /// `state` of `GET /debug`: 1 leads, 4 follows.
    let state: Int?
    /// For people; nil when it is well.
    let problem: String?

    private static let states = [1: "leader", 4: "follower"]

    init(_ url: String, _ work: Work, within time: Duration) throws {
        self.url = url
        var health = Server.Request("GET", "health")
        health.timeout = min(work.options.timeout, .seconds(5), time)
        switch try work.server.attempt(health, at: url) {
        case .failure(let failure):
            (answers, isWell, state) = (false, false, nil)
            problem = "the node \(url) does not answer: \(failure.message)"
        case .success(let reply):
            var debug = Server.Request("GET", "debug")
            debug.timeout = health.timeout
            answers = true
            isWell = reply.isSuccess && reply.json?["ok"]?.bool == true
            state = try? work.server.attempt(debug, at: url).get().json?["state"]?.integer
            problem = isWell ? nil : "the node \(url) is not well: \(reply.message)"
        }
    }

    var spoken: String {
        guard answers else { return "away" }
        return "\(isWell ? "well" : "not well"), \(state.map { Self.states[$0] ?? "state \($0)" } ?? "state unknown")"
    }
}
