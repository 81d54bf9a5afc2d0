/// Every setting with its value and where it came from.
package struct DaemonSettings: Sendable {
    package struct Resolved: Hashable, Sendable {
        /// nil: nothing said, and no default.
        package var value: SettingValue?
        package var origin: SettingOrigin
    }

    private let resolved: [Setting.ID: Resolved]
    /// The environment with `dispatcher.env` below it: where references to secrets are looked up.
    package let variables: [String: String]
    /// What works, but not as it probably should: an identity that is not set, secrets that others can read, misspelt names.
    package let warnings: [ConfigurationProblem]
    /// Values that must never be shown: of sensitive settings, and of variables in `dispatcher.env` that are named like secrets.
    package let secrets: [String]

    init(
        resolved: [Setting.ID: Resolved], variables: [String: String] = [:], warnings: [ConfigurationProblem] = [],
        secrets: [String] = []
    ) {
        self.resolved = resolved
        self.variables = variables
        self.warnings = warnings
        self.secrets = secrets
    }

    /// Nothing but defaults.
    package static let defaults = DaemonSettings(resolved: [:])

    package subscript(_ id: Setting.ID) -> Resolved {
        resolved[id] ?? Resolved(value: SettingTable[id].fallback, origin: .fallback)
    }

    /// What holds of everything that a commit may say: where that has changed, other settings are in force.
    package var ofCommits: [Setting.ID: SettingValue] {
        var values: [Setting.ID: SettingValue] = [:]
        for id in Setting.ID.allCases where !SettingTable[id].isMachineOnly { values[id] = self[id].value }
        return values
    }

    func boolean(_ id: Setting.ID) -> Bool {
        if case .boolean(let value) = self[id].value { value } else { false }
    }
    func integer(_ id: Setting.ID) -> Int {
        switch self[id].value {
        case .integer(let value), .size(let value): value
        default: 0
        }
    }
    func duration(_ id: Setting.ID) -> Duration {
        if case .duration(let value) = self[id].value { value } else { .zero }
    }
    func text(_ id: Setting.ID) -> String? {
        if case .text(let value) = self[id].value { value } else { nil }
    }
    func list(_ id: Setting.ID) -> [String] {
        if case .list(let value) = self[id].value { value } else { [] }
    }
}
