import Git
import Model
import Synchronization

/// Which files under `plugins/` came by git: nobody's hand put them there.
final class TrackedPlugins: Sendable {
    private let root: String
    private let paths = Mutex<Set<String>>([])

    init(root: String) { self.root = root }

    func contains(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }

    /// Looks at some commits; what cannot be read is taken as it was.
    func refresh(_ repository: GitRepository, references: [String]) async {
        var found: Set<String> = []
        for reference in references {
            guard let revision = try? await repository.revision(of: reference),
                let files = try? await repository.files(under: "plugins", in: revision)
            else { continue }
            found.formUnion(files.map { "\(root)/\($0.path)" })
        }
        paths.withLock { $0 = found }
    }
}
