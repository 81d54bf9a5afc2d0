import CGit2
import Model

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension GitSession {
    func rebuildIndex() throws(Failure) {
        guard workTree != nil else { throw Failure(.gitBare, "'\(name)' is a bare repository and has no index") }
        let file = gitDirectory + "/index"
        let lock = file + ".lock"
        guard try FileStatus(lock) == nil else {
            throw Failure(
                .gitLocked, "the index of '\(name)' is locked by another git process",
                remedy: "Wait for it; if none is running, remove \(lock).", scheduling: .retry)
        }
        if try FileStatus(file) != nil {
            // What was staged may still be read from it by somebody who knows how.
            let aside = try FileStatus.freeName(for: "\(file).damaged-\(Timestamp.now.compact)")
            guard rename(file, aside) == 0 else { throw .files("move aside", file) }
        }
        let index = try git(.readIndex, name, free: git_index_free) { git_index_open(&$0, file) }
        if let revision = try head().revision {
            let tree = try treeHandle(try ObjectID(try self.tree(of: revision)))
            try git(.writeIndex, name) { git_index_read_tree(index.pointer, tree.pointer) }
        }
        try git(.writeIndex, name) { git_index_write(index.pointer) }
    }
}
