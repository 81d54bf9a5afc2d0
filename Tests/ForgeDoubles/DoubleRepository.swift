package import Model

/// What lies on a double: one repository with its branches, pull requests and all that belongs to them.
package struct DoubleRepository: Sendable {
    package struct Request: Sendable {
        package var number: Int
        package var title: String
        package var body: String?
        package var branch: String
        package var base: String
        package var head: String
        package var isDraft: Bool
        package var isOpen = true
        package var mergeCommit: String?
        package var isMerged = false
        package var labels: [String] = []
        package var comments: [String] = []
        /// nil: of a fork that is gone; otherwise the repository that the branch lies in.
        package var source: String?
    }
    package struct Check: Sendable {
        package var id: Int
        package var name: String
        package var head: String
        package var status: String
        package var conclusion: String?
        package var title: String
        package var summary: String
        package var annotations: [JSONValue] = []
    }

    package let name: String
    package var branches: [String: String] = [:]
    package var protected: Set<String> = []
    package var requests: [Request] = []
    package var labels: [String: Int] = [:]
    package var statuses: [(commit: String, body: JSONValue)] = []
    package var checks: [Check] = []
    private var next = 100

    package init(_ name: String) {
        self.name = name
        branches["main"] = Self.commit(1)
    }

    /// A commit's name.
    package static func commit(_ number: Int) -> String {
        String(SHA256.hex(of: Array("commit \(number)".utf8)).prefix(40))
    }

    package mutating func id() -> Int {
        next += 1
        return next
    }

    /// Pull requests and issues share their numbers.
    mutating func open(
        title: String, body: String?, branch: String, base: String, isDraft: Bool, source: String? = nil
    ) -> Request {
        let made = Request(
            number: (requests.map(\.number).max() ?? 0) + 1, title: title, body: body, branch: branch, base: base,
            head: branches[branch] ?? Self.commit(0), isDraft: isDraft, source: source ?? name)
        requests.append(made)
        return made
    }

    func index(_ number: String?) -> Int? { requests.firstIndex { String($0.number) == number } }

    // What people do.
    /// - Parameter source: the repository that the branch lies in; nil for a fork that is gone.
    package mutating func add(_ number: Int, branch: String, source: String?) {
        requests.append(
            Request(
                number: number, title: "Somebody's", body: nil, branch: branch, base: "main", head: Self.commit(5),
                isDraft: false, source: source))
    }

    package mutating func merge(_ number: Int, as commit: String) {
        guard let index = index("\(number)") else { return }
        requests[index].isOpen = false
        requests[index].isMerged = true
        requests[index].mergeCommit = commit
        branches[requests[index].base] = commit
    }

    package mutating func close(_ number: Int) {
        if let index = index("\(number)") { requests[index].isOpen = false }
    }

    /// What git has there.
    mutating func take(_ branches: [String: String]) {
        for (branch, commit) in branches where self.branches[branch] != commit { push(branch, commit) }
        self.branches = branches
    }

    package mutating func push(_ branch: String, _ commit: String) {
        branches[branch] = commit
        for index in requests.indices
        where requests[index].branch == branch && requests[index].isOpen && requests[index].source == name {
            requests[index].head = commit
        }
    }
}
