import Git
import MCP
import Model
import Settings

extension HostAgentServices {
    private static let fileBytes = 4 << 20
    private static let shownNames = 100

    /// Reads from the commit, never from the disk: what the commit does not hold cannot be had.
    func source(_ question: SourceQuestion) async throws(Failure) -> SourceSlice {
        var path = try SourcePath.checked(question.path)
        var repository = try await GitRepository.open(layout.root)
        let (store, settings, _) = try await invocation.configuration(of: repository)
        var tip = try await invocation.revision(in: repository, branch: settings.branch, under: store)
        if let service = question.service {
            guard let place = try await ServicePlace.find(service, store, settings, layout) else {
                throw Failure(
                    .init("usage.service"), "there is no service '\(service)' here", remedy: "see list_services")
            }
            // A path from the repository's root is right as well, where it leads into the service.
            if !place.folder.isEmpty, !path.hasPrefix(place.folder + "/") { path = "\(place.folder)/\(path)" }
            if place.isElsewhere {
                repository = try await GitRepository.open(place.repository)
                tip = try await Self.tip(of: repository)
            }
        }
        let revision = try await revision(question.revision, tip: tip, in: repository)
        let lines = try await lines(of: path, at: revision, in: repository)
        let first = min(question.first, max(1, lines.count))
        let last = max(first - 1, min(question.last ?? lines.count, lines.count))
        return SourceSlice(
            path: path, revision: revision, first: first, lines: lines[(first - 1)..<last].map { mask($0) },
            total: lines.count)
    }

    /// The commit that is meant. One that no branch of the remote leads to is nobody's published work.
    private func revision(_ text: String?, tip: Revision?, in repository: GitRepository) async throws(Failure)
        -> Revision
    {
        guard let text else {
            guard let tip else { throw Failure(.init("git.not-found"), "nothing was fetched from the remote yet") }
            return tip
        }
        let unknown = Failure(
            .init("usage.revision"), "there is no commit '\(text)' here that origin has",
            remedy: "leave 'revision' out, or take one that a report names")
        guard let revision = try? await repository.resolve(text), revision.hex.hasPrefix(text) else { throw unknown }
        var tips = try await repository.references(under: "refs/remotes/").map(\.revision)
        if let tip { tips.append(tip) }
        if repository.workTree == nil { tips += try await repository.references(under: "refs/heads/").map(\.revision) }
        for candidate in tips where candidate == revision { return revision }
        for candidate in tips {
            if try await repository.isAncestor(revision, of: candidate) { return revision }
        }
        throw unknown
    }

    private static func tip(of repository: GitRepository) async throws(Failure) -> Revision? {
        if let head = try await repository.revision(of: "HEAD") { return head }
        return try await repository.references(under: "refs/").last?.revision
    }

    private func lines(of path: String, at revision: Revision, in repository: GitRepository) async throws(Failure)
        -> [String]
    {
        guard let entry = try await repository.entry(at: path, in: revision) else {
            throw Failure(.init("usage.path"), "there is no '\(path)' in \(revision.short)")
        }
        switch entry.mode {
        case .tree:
            let names = try await repository.listing(of: path, in: revision) ?? []
            let shown = names.prefix(Self.shownNames).map { $0.path + ($0.mode == .tree ? "/" : "") }
            throw Failure(
                .init("usage.path"), "'\(path)' is a folder",
                remedy: "name a file of it: \(shown.joined(separator: ", "))\(names.count > shown.count ? ", …" : "")")
        case .symbolicLink, .commit:
            throw Failure(.init("usage.path"), "'\(path)' is a symbolic link or a submodule, which is not followed")
        default: break
        }
        let bytes = try await repository.content(of: entry.id, named: path, limit: Self.fileBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.init("usage.path"), "'\(path)' is no text in UTF-8")
        }
        // By bytes: a character is not to swallow the line end of a CRLF.
        var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String($0) ?? "" }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
