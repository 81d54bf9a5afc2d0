extension SettingsResolver {
    /// A door that nobody can come in by, and a key without a door.
    func webWarnings(_ resolved: [Setting.ID: DaemonSettings.Resolved]) -> [ConfigurationProblem] {
        let secret = SettingTable[.webhookSecret].variable
        guard let listen = resolved[.webListen] else {
            guard resolved[.webhookSecret] != nil else { return [] }
            return [
                .init(
                    source: "settings",
                    message: "\(secret) is set, but \(SettingTable[.webListen].variable) is not: no webhook can come",
                    suggestion: "name a host and a port, such as 127.0.0.1:8787")
            ]
        }
        guard resolved[.webTokens] == nil, resolved[.webhookSecret] == nil else { return [] }
        return [
            .init(
                source: "settings",
                message: "\(listen.value?.text ?? "") is listened on, but "
                    + "\(SettingTable[.webTokens].variable) is not set: nobody may ask, and without \(secret) no webhook is taken",
                suggestion: "put one of them into dispatcher.env; who may ask as NAME:RIGHTS:TOKEN")
        ]
    }
}
