/// The log branch is written over with every push, so it must be nobody else's.
enum LogBranchRule {
    /// What is wrong with a log branch beside the other branches the daemon deals with; nil when nothing is.
    /// - Parameters:
    ///   - watched: the branch that is deployed.
    ///   - prefix: what the names of repair branches begin with.
    static func objection(to branch: String, watched: String, prefix: String) -> String? {
        if branch == watched {
            return "'\(branch)' is the branch that is deployed, and logs would take the place of its commits"
        }
        // An id holds no slash, so behind a prefix without one only a whole name can be a repair's.
        if branch.hasPrefix(prefix), prefix.hasSuffix("/") || !branch.dropFirst(prefix.count).contains("/") {
            return "'\(branch)' lies among the repair branches, '\(prefix)...'"
        }
        // A reference is a file or a folder.
        if branch.hasPrefix(watched + "/") || watched.hasPrefix(branch + "/") {
            return "git cannot hold '\(branch)' beside the branch '\(watched)'"
        }
        return nil
    }

    static let suggestion = "choose another branch, such as 'deployer/logs'"
}
