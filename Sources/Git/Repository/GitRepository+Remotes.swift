import CGit2
package import Model

extension GitRepository {
    /// The remotes that the configuration names, with the URLs they are fetched from.
    package func remotes() throws(Failure) -> [String: String] { try session.remotes() }

    /// The URL of a remote; nil where there is no such remote.
    package func url(ofRemote name: String) throws(Failure) -> String? { try session.remotes()[name] }

    /// Adds a remote, or gives one another URL. The URL must hold no secret; it is written to the configuration as it is.
    package func setRemote(_ name: String, url: String) throws(Failure) {
        try session.setRemote(name, url: url)
    }
}

extension GitSession {
    func remotes() throws(Failure) -> [String: String] {
        var names = git_strarray()
        defer { git_strarray_dispose(&names) }
        try git(.remote, name) { git_remote_list(&names, repository) }
        var found: [String: String] = [:]
        for remote in Array(names) {
            let handle = try git(.remote, remote, free: git_remote_free) { git_remote_lookup(&$0, repository, remote) }
            if let url = git_remote_url(handle.pointer) { found[remote] = String(cString: url) }
        }
        return found
    }

    func setRemote(_ remote: String, url: String) throws(Failure) {
        if try remotes()[remote] != nil {
            try git(.remote, remote) { git_remote_set_url(repository, remote, url) }
        } else {
            _ = try git(.remote, remote, free: git_remote_free) { git_remote_create(&$0, repository, remote, url) }
        }
    }
}
