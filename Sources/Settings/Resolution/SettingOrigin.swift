/// Where the value of a setting comes from, strongest first.
package enum SettingOrigin: Hashable, Sendable {
    case flag(String)
    case environment
    case environmentFile(source: String, line: Int)
    case deployerFile(source: String, line: Int)
    case fallback

    /// For people: `--interval`, `environment`, `dispatcher.env:3`, `deployer.yaml:2`, `default`.
    package var text: String {
        switch self {
        case .flag(let name): name
        case .environment: "environment"
        case .environmentFile(let source, let line), .deployerFile(let source, let line): "\(source):\(line)"
        case .fallback: "default"
        }
    }

    /// For machines.
    package var name: String {
        switch self {
        case .flag: "flag"
        case .environment: "environment"
        case .environmentFile: "environment-file"
        case .deployerFile: "deployer-file"
        case .fallback: "default"
        }
    }
}
