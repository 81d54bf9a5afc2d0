import CGit2
package import Model

extension GitRepository {
    /// Submodules and Git LFS pointers among the selected files of a commit: what a checkout does not bring along.
    package func attentions(in revision: Revision, under selection: PathSelection) throws(Failure) -> [Attention] {
        let root = try session.tree(of: revision)
        var comparison = TreeComparison(session, old: selection, new: selection)
        try comparison.compare(nil, root)
        var modules: Submodules?
        var found: [Attention] = []
        for difference in comparison.differences {
            guard let side = difference.new else { continue }
            let path = String(decoding: difference.path, as: UTF8.self)
            switch side.mode {
            case .commit:
                if modules == nil { modules = try Submodules(root, session) }
                found.append(Attention(path: path, kind: .submodule(url: modules?.urls[path])))
            case .file, .executable:
                // The specification of the pointer format promises less than 1,024 bytes.
                guard try session.size(side.id) < 1024, let pointer = LFSPointer(try session.blob(side.id)) else {
                    continue
                }
                found.append(Attention(path: path, kind: .lfsPointer(bytes: pointer.bytes)))
            case .symbolicLink, .tree: continue
            }
        }
        return found
    }
}

/// The file that Git LFS commits in place of the content (git-lfs, docs/spec.md, "The Pointer").
struct LFSPointer {
    let bytes: Int?

    init?(_ content: [UInt8]) {
        guard content.starts(with: "version https://git-lfs.github.com/spec/".utf8) else { return nil }
        let size = content.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: "size ".utf8) }
        bytes = size.flatMap { Int(String(decoding: $0.dropFirst(5), as: UTF8.self)) }
    }
}

/// Where submodules come from, as `.gitmodules` says.
private struct Submodules {
    var urls: [String: String] = [:]

    init(_ root: OID, _ session: GitSession) throws(Failure) {
        guard let file = try session.entry(at: ".gitmodules", in: root), file.mode == .file || file.mode == .executable
        else { return }
        var (path, url): (String?, String?)
        for line in String(decoding: try session.blob(file.id), as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            if line.hasPrefix("[") { (path, url) = (nil, nil) }
            guard let equals = line.firstIndex(of: "=") else { continue }
            let key = line[..<equals].filter { !$0.isWhitespace }
            var value = line[line.index(after: equals)...].drop(while: \.isWhitespace)
            while let last = value.last, last.isWhitespace { value.removeLast() }
            if key == "path" { path = String(value) }
            if key == "url" { url = String(value) }
            if let path, let url { urls[path] = url }
        }
    }
}
