import PluginKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The releases of one service on the disk: `<revision>`, or `<revision>.2` for another build of it, and `current`, a link
/// to the one that is live. What begins with a dot is unfinished.
///
/// A folder gets its name, and `current` its target, by one rename: whatever ends a deployment at whatever moment, each
/// release is whole and `current` leads to one.
struct Releases {
    let folder: String
    let tree: Tree

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// 40 or 64 hexadecimal digits, alone or followed by `.2`, `.3` …
    static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, [40, 64].contains(parts[0].utf8.count) else { return false }
        guard parts[0].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return false }
        return parts.count == 1 || (Int(parts[1]).map { $0 > 1 && String($0) == parts[1] } ?? false)
    }

    /// Name of the live release.
    var live: String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = buffer.withUnsafeMutableBytes {
            readlink(path("current"), $0.assumingMemoryBound(to: CChar.self).baseAddress!, $0.count)
        }
        let name = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        return Self.isName(name) ? name : nil
    }

    /// Removes what a killed deployment left.
    func sweep() throws {
        for name in [".incoming", ".outgoing", ".next"] { try tree.remove(path(name)) }
    }

    /// Makes a release of `source` unless there is one with the same content.
    func install(_ source: String, revision: String) throws -> (name: String, wasThere: Bool) {
        var name = revision
        var number = 1
        while Tree.kind(path(name)) != nil {
            if try tree.differences(from: path(name), to: source).isEmpty { return (name, true) }
            number += 1
            name = "\(revision).\(number)"
        }
        try tree.copy(source, to: path(".incoming"))
        guard rename(path(".incoming"), path(name)) == 0 else { throw tree.failure("name", path(name)) }
        try tree.synchronize(folder)
        return (name, false)
    }

    /// Makes a release the live one in a single step; nil makes none live.
    func flip(to name: String?) throws {
        if let name {
            try tree.remove(path(".next"))
            guard symlink(name, path(".next")) == 0, rename(path(".next"), path("current")) == 0 else {
                throw tree.failure("change", path("current"))
            }
        } else {
            guard unlink(path("current")) == 0 || errno == ENOENT else { throw tree.failure("remove", path("current")) }
        }
        try tree.synchronize(folder)
    }

    /// Removes the oldest releases until `keep` are left, but never the live one nor `kept`. Returns the removed names.
    func prune(keep: Int, kept: String?) throws -> [String] {
        let releases = try tree.names(in: folder).filter(Self.isName)
            .map { (name: $0, time: Self.time(path($0))) }.sorted { $0.time < $1.time }
        let removed = releases.map(\.name).filter { $0 != live && $0 != kept }.prefix(max(0, releases.count - keep))
        for name in removed {
            // Renamed first: a folder that is half removed must not pass for a release.
            guard rename(path(name), path(".outgoing")) == 0 else { throw tree.failure("rename", path(name)) }
            try tree.remove(path(".outgoing"))
        }
        return Array(removed)
    }

    /// When the folder was filled, in nanoseconds.
    private static func time(_ path: String) -> Int {
        var status = stat()
        guard lstat(path, &status) == 0 else { return 0 }
        #if canImport(Darwin)
            return status.st_mtimespec.tv_sec * 1_000_000_000 + status.st_mtimespec.tv_nsec
        #else
            return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        #endif
    }
}
