/// Which logs go. The plan is pure; `LogFolder` carries it out.
package struct LogRetention: Sendable, Hashable {
    /// A file of the log folder, as the plan sees it.
    package struct File: Sendable, Hashable {
        package var name: String
        package var bytes: Int64
        /// Seconds since 1970; the age decides among runtime logs.
        package var modified: Int64
        package init(name: String, bytes: Int64, modified: Int64) {
            self.name = name
            self.bytes = bytes
            self.modified = modified
        }
    }

    /// Build logs to keep at most; the one that is being written counts.
    package var count: Int
    /// What all logs together may take, in bytes.
    package var bytes: Int64

    package init(count: Int, bytes: Int64) {
        self.count = count
        self.bytes = bytes
    }

    /// The names to remove: build logs beyond `count`, the oldest first; then, while all together are above `bytes`,
    /// the oldest of build logs and rotated runtime logs. Never a name in `running`, a runtime log that is written now,
    /// or a file that is no log.
    package func plan(_ files: [File], running: Set<String>) -> [String] {
        let logs = files.filter { Self.isBuildLog($0.name) || Self.isRuntimeLog($0.name) }
        let builds = logs.filter { Self.isBuildLog($0.name) }.sorted(by: Self.isOlderBuild)
        var removed: [String] = []
        var excess = builds.count - max(0, count)
        for file in builds where excess > 0 && !running.contains(file.name) {
            removed.append(file.name)
            excess -= 1
        }
        var gone = Set(removed)
        var total = logs.reduce(Int64(0)) { $0 + (gone.contains($1.name) ? 0 : $1.bytes) }
        let candidates = logs.filter {
            !gone.contains($0.name) && !running.contains($0.name)
                && (Self.isBuildLog($0.name) || Self.isRotated($0.name))
        }
        for file in candidates.sorted(by: Self.isOlder) where total > max(0, bytes) {
            gone.insert(file.name)
            removed.append(file.name)
            total -= file.bytes
        }
        return removed
    }

    /// `build-20261123-125400.log`, `build-20261123-125400-2.log`.
    package static func isBuildLog(_ name: String) -> Bool { order(of: name) != nil }

    /// `api.log`, and rotated `api.log.1`.
    static func isRuntimeLog(_ name: String) -> Bool {
        name != BuildLog.latestName && !name.hasPrefix(".") && !isBuildLog(name)
            && (name.hasSuffix(".log") || isRotated(name))
    }

    static func isRotated(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[parts.count - 2] == "log", let number = parts.last, !number.isEmpty else {
            return false
        }
        return number.utf8.allSatisfy { (48...57).contains($0) } && !name.hasPrefix(".")
    }

    /// Among build logs by the time and number in their names, which no copying changes.
    private static func isOlderBuild(_ left: File, _ right: File) -> Bool {
        let (first, second) = (order(of: left.name) ?? ("", 0), order(of: right.name) ?? ("", 0))
        return first == second ? left.name < right.name : first < second
    }

    private static func isOlder(_ left: File, _ right: File) -> Bool {
        if left.modified != right.modified { return left.modified < right.modified }
        return isOlderBuild(left, right)
    }

    private static func order(of name: String) -> (String, Int)? {
        guard name.hasPrefix("build-"), name.hasSuffix(".log") else { return nil }
        let parts = name.dropFirst(6).dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, parts[0].utf8.count == 8, parts[1].utf8.count == 6,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        guard parts.count == 3 else { return ("\(parts[0])-\(parts[1])", 1) }
        return Int(parts[2]).map { ("\(parts[0])-\(parts[1])", $0) }
    }
}
