import Git
import Model
import Synchronization

/// Which files under `plugins/` came by git: nobody's hand put them there.
final class TrackedPlugins: Sendable {
    private struct State {
        var paths: Set<String> = []
        /// False until every commit was read once: then nobody knows, and everything counts as brought by git.
        var isKnown = false
    }
    private let folder: String
    private let root: String
    private let state = Mutex(State())

    init(root: String) {
        self.root = root
        folder = "\(root)/plugins/"
    }

    func contains(_ path: String) -> Bool {
        state.withLock { $0.isKnown ? $0.paths.contains(path) : path.hasPrefix(folder) }
    }

    /// Looks at some commits. When one of them cannot be read, nothing that was brought by git before is let in.
    func refresh(_ repository: GitRepository, references: [String]) async {
        var found: Set<String> = []
        var isWhole = true
        for reference in references {
            do throws(Failure) {
                guard let revision = try await repository.revision(of: reference) else { continue }
                found.formUnion(try await repository.files(under: "plugins", in: revision).map { "\(root)/\($0.path)" })
            } catch {
                isWhole = false
            }
        }
        state.withLock { state in
            state.paths = isWhole ? found : state.paths.union(found)
            if isWhole { state.isKnown = true }
        }
    }
}
