import Settings

/// Every setting is a flag too: `--interval 5s` is `--set interval=5s`. The flags come from the table of settings, so
/// that a new setting has one without another line of code.
enum SettingFlags {
    static func rewritten(_ arguments: [String]) -> [String] {
        var byFlag: [String: Setting] = [:]
        for setting in SettingTable.all {
            if let flag = setting.flag { byFlag[flag] = setting }
        }
        var result: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return result + [argument] + rest }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let setting = byFlag[parts[0]] else {
                result.append(argument)
                continue
            }
            if parts.count == 2 {
                result += ["--set", "\(setting.id.rawValue)=\(parts[1])"]
            } else if let value = rest.popFirst() {
                result += ["--set", "\(setting.id.rawValue)=\(value)"]
            } else {
                // The parser says what is missing.
                result.append("--set")
            }
        }
        return result
    }
}
