import SupervisorCore

/// A mounted control group hierarchy, from `/proc/self/mountinfo`; proc(5), cgroups(7).
struct CgroupMount {
    var point: String
    /// The part of the hierarchy that is visible at `point`.
    var root: String
    var isUnified: Bool
    var controllers: [String]

    static func all() -> [CgroupMount] {
        lines(of: "/proc/self/mountinfo").compactMap(CgroupMount.init)
    }

    /// `31 23 0:28 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory`.
    init?(_ line: String) {
        let fields = line.split(separator: " ").map(String.init)
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3,
            fields[dash + 1].hasPrefix("cgroup")
        else { return nil }
        root = fields[3]
        point = fields[4]
        isUnified = fields[dash + 1] == "cgroup2"
        controllers = fields[dash + 3].split(separator: ",").map(String.init)
    }

    /// This process's path in each hierarchy; the unified one under the empty name.
    static func ownPaths() -> [String: String] {
        var paths: [String: String] = [:]
        for line in lines(of: "/proc/self/cgroup") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { continue }
            for controller in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                paths[String(controller)] = parts[2]
            }
        }
        return paths
    }

    /// The folder of a group; nil for one outside what is mounted here.
    func folder(of path: String) -> String? {
        if root == "/" { return path == "/" ? point : point + path }
        guard path == root || path.hasPrefix("\(root)/") else { return path.hasPrefix("/..") ? nil : point }
        return point + path.dropFirst(root.utf8.count)
    }

    private static func lines(of path: String) -> [String] {
        guard let bytes = Files.read(path) else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}
