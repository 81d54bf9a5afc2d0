/// What a child gets to see of the daemon's environment: an allow-list, never the daemon's own secrets.
package enum ChildEnvironment {
    /// Passed on always.
    package static let base: Set<String> = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME"]

    /// Names that are not passed on even when asked for: the daemon's own credentials. A plugin that needs one names it
    /// as a secret.
    package static func isWithheld(_ name: String) -> Bool {
        let upper = name.uppercased()
        return ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "PRIVATE_KEY", "CREDENTIAL"].contains {
            upper.contains($0)
        } || upper.hasPrefix("DEPLOYER_") || upper.hasPrefix("DISPATCHER_") || upper.hasPrefix("LD_")
            || upper == "NOTIFY_SOCKET"
    }

    /// The host's variables that a child which asked for `inherited` gets, with `set` on top.
    package static func make(
        inheriting inherited: [String], setting set: [String: String], from host: [String: String]
    ) -> [String: String] {
        var result: [String: String] = [:]
        for name in base.union(inherited) where !isWithheld(name) {
            if let value = host[name] { result[name] = value }
        }
        result.merge(set) { _, new in new }
        return result
    }
}
