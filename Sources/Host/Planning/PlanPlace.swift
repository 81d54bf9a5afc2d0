import Git
import Model
import Settings

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folders of one `host plan`: worktrees and scratch of its own, named by its process, so that neither the daemon nor
/// another plan works in them. They go when it ends.
struct PlanPlace: Sendable {
    let layout: WorkspaceLayout
    private let name: String

    init(_ layout: WorkspaceLayout, process: Int32 = getpid()) {
        self.layout = layout
        name = "\(Self.prefix)\(process)"
    }

    private static let prefix = "plan-"
    private static let scratchSuffix = ".scratch"

    /// The worktree of the workspace's own repository.
    var sources: String { "\(layout.worktrees)/\(name)" }
    private var scratch: String { "\(layout.worktrees)/\(name)\(Self.scratchSuffix)" }

    func scratch(_ service: ServiceName) -> String { "\(scratch)/\(service.fileName)" }

    /// The worktree of a service with a repository of its own.
    func worktree(_ service: ServiceName) -> GitWorktree {
        GitWorktree(
            repository: layout.clone(service), name: "deployer-\(name)", path: "\(sources)-\(service.fileName)")
    }

    /// Removes everything but the worktree of the workspace, which is its user's to discard.
    func removeScratch() { try? Folder.remove(scratch) }

    /// Removes what plans left that were killed.
    static func sweep(_ layout: WorkspaceLayout) async {
        for (name, digits) in left(in: layout.own) where name.hasPrefix("\(prefix)\(digits).sqlite") {
            try? Folder.remove("\(layout.own)/\(name)")
        }
        for (name, digits) in left(in: layout.worktrees) {
            let rest = name.dropFirst(prefix.count + digits.count)
            let path = "\(layout.worktrees)/\(name)"
            if rest == scratchSuffix {
                try? Folder.remove(path)
            } else if rest.isEmpty || rest.first == "-" {
                let repository = rest.isEmpty ? layout.root : "\(layout.clones)/\(rest.dropFirst()).git"
                let worktree = GitWorktree(
                    repository: repository, name: "deployer-\(prefix)\(digits)", path: path)
                try? await worktree.remove()
            }
        }
    }

    /// What is named by a process that is no more, with that process's number.
    private static func left(in folder: String) -> [(name: String, digits: Substring)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix(prefix) else { return nil }
            let digits = name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber }
            guard let process = Int32(digits), kill(process, 0) != 0, errno == ESRCH else { return nil }
            return (name, digits)
        }
    }
}
