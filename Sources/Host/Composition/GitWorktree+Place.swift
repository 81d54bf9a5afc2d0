import Git
import Settings

extension GitWorktree {
    init(repository: String, at place: WorktreePlace) {
        self.init(repository: repository, name: place.name, path: place.path)
    }
}
