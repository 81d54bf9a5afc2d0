import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a folder of the search path lies, seen from the workspace: what is in there may have come with a commit, a link
/// that leads elsewhere too.
enum SearchFolder: Hashable {
    /// Not in the workspace: the operator's.
    case outside
    /// The workspace's `plugins/` or below it. Files are asked after by this path.
    case plugins(String)
    /// Somewhere else in the workspace, where nobody says what came by git.
    case elsewhere

    /// Without a workspace every folder is asked after by its own path.
    ///
    /// - Parameters:
    ///   - path: as the search path names it.
    ///   - resolved: the same without links.
    /// - Throws: a refusal where the way leads through a link that lies in the workspace.
    static func of(_ path: String, resolved: String, workspace: String?) throws(LibraryTrust.Refusal) -> SearchFolder {
        guard let workspace else { return .plugins(path) }
        guard let root = LibraryTrust.resolved(workspace) else { return .elsewhere }
        // The operator's own links before the workspace are of no interest.
        for base in Set([workspace, root]) where path == base || path.hasPrefix("\(base)/") {
            var folder = base
            for part in path.dropFirst(base.count).split(separator: "/") where part != "." {
                folder += "/\(part)"
                var information = stat()
                if part == ".." || (lstat(folder, &information) == 0 && information.st_mode & S_IFMT == S_IFLNK) {
                    throw .init(
                        "its folder '\(path)' leads through the link '\(folder)' in the workspace, which a commit may have "
                            + "made; put a real folder there")
                }
            }
        }
        guard resolved == root || resolved.hasPrefix("\(root)/") else { return .outside }
        let plugins = "\(root)/plugins"
        guard resolved == plugins || resolved.hasPrefix("\(plugins)/") else { return .elsewhere }
        return .plugins("\(workspace)\(resolved.dropFirst(root.count))")
    }
}
