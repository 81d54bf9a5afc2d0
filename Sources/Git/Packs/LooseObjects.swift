import CGit2
import Model

/// Objects that lie in files of their own.
enum LooseObjects {
    struct File {
        var id: OID
        var path: String
    }

    static func files(in objects: String) throws(Failure) -> [File] {
        var found: [File] = []
        for prefix in try FileRemoval.names(in: objects).sorted() where prefix.utf8.count == 2 {
            for rest in try FileRemoval.names(in: "\(objects)/\(prefix)").sorted() {
                guard let id = ObjectID(prefix + rest), id.hex.utf8.count == 40 else { continue }
                found.append(File(id: try OID(id), path: "\(objects)/\(prefix)/\(rest)"))
            }
        }
        return found
    }
}
