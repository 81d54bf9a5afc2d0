import Model

/// Where the files of a repository are, found without opening it.
struct RepositoryLayout {
    let path: String
    let gitDirectory: String
    let commonDirectory: String
    let isBare: Bool

    /// - Throws: `git.not-a-repository` when nothing there looks like one.
    init(_ path: String) throws(Failure) {
        self.path = path
        let inner = path + "/.git"
        switch try FileStatus(inner)?.mode {
        case .tree:
            gitDirectory = inner
            isBare = false
        case .file, .executable:
            let text = String(decoding: try SmallFile.read(inner) ?? [], as: UTF8.self)
            guard text.hasPrefix("gitdir: ") else { throw .notARepository(path) }
            let target = text.dropFirst("gitdir: ".count).prefix { $0 != "\n" }
            gitDirectory = target.hasPrefix("/") ? String(target) : "\(path)/\(target)"
            isBare = false
        default:
            // Two of three are enough: the third may be what is damaged.
            var signs = 0
            for name in ["HEAD", "objects", "refs"] where try FileStatus("\(path)/\(name)") != nil { signs += 1 }
            guard signs >= 2 else { throw .notARepository(path) }
            gitDirectory = path
            isBare = true
        }
        if let common = try SmallFile.read(gitDirectory + "/commondir") {
            let text = String(decoding: common, as: UTF8.self).prefix { $0 != "\n" }
            commonDirectory = text.hasPrefix("/") ? String(text) : "\(gitDirectory)/\(text)"
        } else {
            commonDirectory = gitDirectory
        }
    }

    /// All files below a folder of the repository, depth first.
    static func files(below folder: String) throws(Failure) -> [String] {
        var found: [String] = []
        for name in try FileRemoval.names(in: folder).sorted() {
            let path = "\(folder)/\(name)"
            if try FileStatus(path)?.mode == .tree {
                found += try files(below: path)
            } else {
                found.append(path)
            }
        }
        return found
    }
}
