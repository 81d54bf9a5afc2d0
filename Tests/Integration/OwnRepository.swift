import Git
import Model

/// A bare repository that holds one scripted service and nothing else.
struct OwnRepository {
    let repository: GitRepository
    private let service: Scripted

    init(_ path: String, of service: Scripted) async throws {
        repository = try await GitRepository.initialise(path, isBare: true)
        self.service = service
    }

    var path: String { repository.path }

    /// A `deployer.yaml` that names it.
    var configuration: String { configuration(url: path) }

    func configuration(url: String) -> String {
        "services:\n  \(service.name): {kind: scripted, path: ., remote: {url: \"\(url)\"}}\n"
    }

    /// - Parameter plan: the script of its stage `plan`.
    func push(_ greeting: String, plan: String? = nil) async throws {
        let main = try await repository.revision(of: "refs/heads/main")
        let prefix = service.path("")
        var files = service.files(greeting)
        files[service.path("plan")] = plan
        let edits = files.map { path, text in
            TreeEdit.write(path: String(path.dropFirst(prefix.count)), content: Array(text.utf8))
        }
        let author = Signature(Identity(name: "Other", email: "other@localhost"))
        _ = try await repository.commit(
            CommitDraft(
                tree: try await repository.edit(tree: nil, edits), parents: main.map { [$0] } ?? [],
                message: "A change\n", author: author), to: "refs/heads/main", expecting: .anything)
    }
}
