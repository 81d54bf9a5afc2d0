package import Model

/// The host's settings that are for plugins to heed, by the names they have among a service's options: `keep_releases`,
/// `build_docker`, `run_e2e`.
///
/// A plugin that wants one names it among the `properties` of its options' schema; then it finds the setting's value there
/// where the service itself says nothing.
package struct HostSettings: Sendable, Hashable {
    package var values: [String: JSONValue]
    package init(_ values: [String: JSONValue] = [:]) { self.values = values }

    /// The options a plugin is given for a service.
    func options(of service: Service, for description: PluginDescription) -> JSONValue {
        guard case .object(var options) = service.options,
            case .object(let known) = description.configuration?["properties"]
        else { return service.options }
        for (name, value) in values where known[name] != nil && options[name] == nil { options[name] = value }
        return .object(options)
    }
}
