package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension FeedbackInbox {
    /// Something that its sender may take for a feedback, and that never is one as long as it is called or made like that.
    package struct LeftAlone: Sendable, Hashable {
        package var name: String
        package var reason: String
    }

    /// What lies there and is neither looked at nor moved. Files with other endings are somebody's unfinished work, and not
    /// told of. Throws `inbox.unusable`.
    package func leftAlone() throws(Failure) -> [LeftAlone] {
        var found: [LeftAlone] = []
        for bytes in try entries() {
            let name = String(decoding: bytes, as: UTF8.self)
            guard name.lowercased().hasSuffix(".json") else { continue }
            var info = stat()
            let path = (folder.utf8 + [UInt8(ascii: "/")] + bytes + [0]).map(CChar.init(bitPattern:))
            guard lstat(path, &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFDIR {
                found.append(LeftAlone(name: name, reason: "it is a folder; put the file itself into feedback/"))
            } else if !name.hasSuffix(".json") {
                found.append(
                    LeftAlone(name: name, reason: "its name has to end in '.json', in small letters; rename it"))
            }
        }
        return found.sorted { $0.name < $1.name }
    }
}
