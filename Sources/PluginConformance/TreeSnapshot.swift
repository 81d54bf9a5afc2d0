import Model
import Stages

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

/// A folder as it is: every file with type, mode, content and, where it matters, time.
struct TreeSnapshot: Sendable, Hashable {
    private(set) var entries: [String: String] = [:]

    /// - Parameter withTimes: whether a file that was written anew with the same content counts as another.
    init(of folder: String, withTimes: Bool) {
        add(folder, "", withTimes)
    }

    private mutating func add(_ path: String, _ name: String, _ withTimes: Bool) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return }
        var line = String(information.st_mode, radix: 8)
        switch information.st_mode & S_IFMT {
        case S_IFLNK: line += " -> \((try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? "?")"
        case S_IFREG:
            let content = FileManager.default.contents(atPath: path).map(Array.init) ?? []
            line += " \(content.count) \(SHA256.hex(of: content))"
        default: break
        }
        if withTimes { line += " \(information.st_mtim.tv_sec).\(information.st_mtim.tv_nsec)" }
        entries[name.isEmpty ? "." : name] = line
        guard information.st_mode & S_IFMT == S_IFDIR else { return }
        for inner in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            add("\(path)/\(inner)", name.isEmpty ? inner : "\(name)/\(inner)", withTimes)
        }
    }

    /// What became of it, for people: a sentence for each difference, a few at most.
    func differences(to later: TreeSnapshot) -> [String] {
        var found: [String] = []
        for name in Set(entries.keys).union(later.entries.keys).sorted() where entries[name] != later.entries[name] {
            if entries[name] == nil {
                found.append("'\(name)' is new")
            } else {
                found.append(later.entries[name] == nil ? "'\(name)' is gone" : "'\(name)' is another")
            }
        }
        return found
    }

    /// What is live in a release folder: what `current` leads to; the whole folder where there is none.
    static func live(in releases: String) -> TreeSnapshot {
        guard let current = realpath("\(releases)/current", nil) else {
            return TreeSnapshot(of: releases, withTimes: false)
        }
        defer { free(current) }
        var snapshot = TreeSnapshot(of: String(cString: current), withTimes: false)
        // A file there names what is live elsewhere.
        if snapshot.entries.count == 1, let file = snapshot.entries["."], !file.hasPrefix("4") {
            snapshot.entries = ["current": file]
            return snapshot
        }
        // Not the folder itself, and not what a plugin notes for itself of a release: when it was made, and by whom.
        snapshot.entries = snapshot.entries.filter { !$0.key.hasPrefix(".") && !$0.key.contains("/.") }
        return snapshot
    }
}
