package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Turns the paths that tools print into the paths that diagnostics carry: relative to the service's folder for what
/// lies inside it, absolute for everything else.
package struct PathMapper: Sendable, Hashable {
    /// The service's folder as it was given, without a trailing slash.
    package let sourceDirectory: String
    /// The same folder with every symbolic link resolved; equal to `sourceDirectory` where it does not exist.
    package let resolvedDirectory: String

    /// - Parameter sourceDirectory: absolute; it need not exist (a report may be read where it was not made).
    package init(sourceDirectory: String) {
        let given = Self.normalized(sourceDirectory)
        self.sourceDirectory = given
        resolvedDirectory = Self.resolved(given) ?? given
    }

    /// The path to put into a diagnostic. Never touches the file system unless `path` is absolute and lies outside
    /// both spellings of the source directory, where it may still lead inside through a symbolic link.
    package func map(_ path: some StringProtocol) -> String {
        let path = Self.normalized(path)
        guard path.hasPrefix("/") else { return path }
        if let inside = inside(path) { return inside }
        // Asked of the file system last: most paths are answered above, and a foreign one may be on a slow disk.
        if let real = Self.resolved(path), let inside = inside(real) { return inside }
        return path
    }

    /// True for what `map` answers about a file of the service itself.
    package func isOwn(_ mapped: String) -> Bool {
        !mapped.hasPrefix("/") && !mapped.hasPrefix("../") && !mapped.hasPrefix(".build/")
    }

    /// The absolute path of something `map` answered.
    package func absolute(_ mapped: String) -> String {
        mapped.hasPrefix("/") ? mapped : Self.join(sourceDirectory, mapped)
    }

    /// The place that Swift's runtime names by module and file (`App/Lookup.swift`), in a package of the usual layout;
    /// nil where no such file is found.
    package func locate(fileID: String, line: Int) -> FileLocation? {
        let name = Self.normalized(fileID)
        guard !name.hasPrefix("/"), !name.hasPrefix("..") else { return nil }
        let file = ["Sources/", "Tests/", ""].map { $0 + name }.first { access(absolute($0), R_OK) == 0 }
        return file.map { FileLocation(file: $0, line: line) }
    }

    /// The text with the service's folder taken out of the paths in it, so that it reads the same wherever the sources
    /// were checked out.
    func relativized(_ text: String) -> String {
        guard sourceDirectory.utf8.count > 1 else { return text }
        guard text.utf8.contains(0x2F) else { return text }
        var bytes = Array(text.utf8)
        for base in Set([sourceDirectory, resolvedDirectory]) {
            bytes = Self.removing(Array((base + "/").utf8), from: bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func removing(_ prefix: [UInt8], from bytes: [UInt8]) -> [UInt8] {
        guard let first = prefix.first else { return bytes }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            if bytes[at] == first, bytes[at...].starts(with: prefix) {
                at += prefix.count
            } else {
                kept.append(bytes[at])
                at += 1
            }
        }
        return kept
    }

    private func inside(_ path: String) -> String? {
        for base in [sourceDirectory, resolvedDirectory] {
            if base == "/" { return String(path.dropFirst()) }
            if path.hasPrefix(base + "/") { return String(path.dropFirst(base.count + 1)) }
        }
        return nil
    }

    private static func join(_ base: String, _ rest: String) -> String { base == "/" ? base + rest : base + "/" + rest }

    /// Removes `.`, `..` (textually) and doubled slashes.
    static func normalized(_ path: some StringProtocol) -> String {
        let isAbsolute = path.utf8.first == 0x2F
        var parts: [Substring] = []
        for part in Substring(path).utf8.split(separator: 0x2F).map(Substring.init) where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isAbsolute {
                parts.append(part)
            }
        }
        return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    }

    private static func resolved(_ path: String) -> String? {
        guard !path.utf8.contains(0), let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
