/// A service as the configuration or a plugin's `detect` describes it.
package struct Service: Hashable, Sendable, Codable {
    package var name: ServiceName
    /// Folder of the sources, relative to the root of the repository that holds them; "" is the root itself.
    package var path: String
    /// The service kind a plugin offers, such as `swift`.
    package var kind: String
    /// Globs, relative to the repository's root, whose content also makes the service due.
    package var inputs: [String] = []
    package var dependsOn: [ServiceName] = []
    /// Services of one group go live together in a cycle, or not at all.
    package var group: String? = nil
    /// Services of the same folder that come before this one. Unlike `dependsOn`, their deployment makes nothing due.
    package var after: [ServiceName] = []
    /// The stages of a deployment; nil runs `Stage.standard`.
    package var stages: [Stage]? = nil
    package var health: HealthCheck? = nil
    package var timeouts: [String: DurationText] = [:]
    package var environment: [String: String] = [:]
    /// A repository of its own, for a service that is not part of the workspace repository.
    package var remote: ServiceRemote? = nil
    /// The plugin's own options (`options:` in deployer.yaml), checked against its schema.
    package var options: JSONValue = .object([:])
    /// Why this service is here, when a plugin recognised it: `Package.swift found`.
    package var evidence: String? = nil

    package init(name: ServiceName, path: String, kind: String) {
        self.name = name
        self.path = path
        self.kind = kind
    }

    package var plannedStages: [Stage] { stages ?? Stage.standard }
    /// Whatever has to be deployed, or be left as it is, before this one is begun.
    package var predecessors: [ServiceName] { dependsOn + after }
    /// Why one of those comes first: `it depends on`.
    package func relation(to predecessor: ServiceName) -> String {
        dependsOn.contains(predecessor) ? "it depends on" : "comes before it in their folder"
    }
    package func timeout(of stage: Stage, default fallback: Duration) -> Duration {
        timeouts[stage.rawValue]?.duration ?? fallback
    }
}

/// Where a service with a repository of its own is fetched from.
package struct ServiceRemote: Hashable, Sendable, Codable {
    package var url: String
    package var branch: String
    package init(url: String, branch: String = "main") {
        self.url = url
        self.branch = branch
    }
}

/// A duration as people write it (`90s`, `5m`, `1h30m`, `250ms`, or bare seconds), encoded as milliseconds.
package struct DurationText: Hashable, Sendable, Codable {
    package let duration: Duration
    package init(_ duration: Duration) { self.duration = duration }

    /// Returns nil for anything but a positive sum of number-unit pairs.
    package init?(_ text: some StringProtocol) {
        if let seconds = Double(text), seconds > 0, seconds < 1e9 {
            duration = .microseconds(Int64(seconds * 1_000_000))
            return
        }
        var total: Int64 = 0
        var digits = ""
        var unit = ""
        func flush() -> Bool {
            let factors: [String: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
            guard let number = Int64(digits), let factor = factors[unit], number < 1_000_000_000 else { return false }
            let (sum, isTooLong) = total.addingReportingOverflow(number * factor)
            total = sum
            return !isTooLong
        }
        for character in text {
            if character.isASCII, character.isNumber {
                if !unit.isEmpty {
                    guard flush() else { return nil }
                    (digits, unit) = ("", "")
                }
                digits.append(character)
            } else {
                unit.append(character)
            }
        }
        guard flush(), total > 0 else { return nil }
        duration = .milliseconds(total)
    }

    package init(from decoder: any Decoder) throws {
        duration = .milliseconds(try decoder.singleValueContainer().decode(Int64.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(duration.wholeMilliseconds)
    }
}

/// How to learn whether a service is well.
package struct HealthCheck: Hashable, Sendable, Codable {
    package enum Probe: Hashable, Sendable, Codable {
        /// GET; healthy when the status is in 200..<400, or equals `status` where it is set.
        case http(url: String, status: Int?)
        case tcp(host: String, port: Int)
        /// argv, run in the service's release folder; healthy when it exits with 0.
        case command([String])
    }
    package var probe: Probe
    /// Time from the end of one attempt to the next.
    package var interval: DurationText = .init(.seconds(1))
    /// Time one attempt may take.
    package var timeout: DurationText = .init(.seconds(5))
    package var attempts: Int = 30

    package init(probe: Probe) { self.probe = probe }
}
