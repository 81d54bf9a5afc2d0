/// Something under a path that a checkout of plain git objects does not bring along.
package struct Attention: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// A commit of another repository; its files are not fetched. The URL is what `.gitmodules` says.
        case submodule(url: String?)
        /// The file is a pointer of Git LFS; its content lies elsewhere.
        case lfsPointer(bytes: Int?)
    }
    package var path: String
    package var kind: Kind

    package var description: String {
        switch kind {
        case .submodule(let url):
            "'\(path)' is a submodule\(url.map { " of \($0)" } ?? ""): its files are not fetched and its folder is empty; "
                + "add the files themselves, or make it a service with a remote of its own"
        case .lfsPointer(let bytes):
            "'\(path)' is a Git LFS pointer\(bytes.map { " to \($0) bytes" } ?? ""): only the pointer is checked out; "
                + "keep the file in git itself, or let the build download it"
        }
    }
}
