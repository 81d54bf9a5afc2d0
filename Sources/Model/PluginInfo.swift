/// A plugin as `host list-plugins` shows it.
package struct PluginInfo: Sendable, Codable, Hashable {
    package enum State: Hashable, Sendable, Codable {
        case ready
        case refused(String)
        /// It crashed or hung while it was described; kept out by digest until an operator clears it.
        case quarantined(String)
    }
    package var id: String
    package var version: String
    package var kinds: [String]
    package var stages: [Stage]
    /// Major and minor of the ABI it was built for: `1.0`.
    package var abi: String
    package var path: String
    /// SHA-256, 64 hexadecimal digits; empty where the file could not be read.
    package var digest: String
    package var state: State
    package init(
        id: String, version: String, kinds: [String], stages: [Stage], abi: String, path: String, digest: String,
        state: State
    ) {
        self.id = id
        self.version = version
        self.kinds = kinds
        self.stages = stages
        self.abi = abi
        self.path = path
        self.digest = digest
        self.state = state
    }
}

/// A plugin's answer to "is this tree one of yours?".
package struct Detection: Sendable, Codable, Hashable {
    package var plugin: String
    package var kind: String
    /// 0...100.
    package var confidence: Int
    /// What it went by: `Package.swift found`.
    package var evidence: String
    /// It serves the folder's own service and only builds and tests.
    package var isCompanion = false
    /// 0...100: what is recognised in one folder is deployed in this order.
    package var order = 50
    /// Kinds that this one is a special case of.
    package var refines: [String] = []
    package init(plugin: String, kind: String, confidence: Int, evidence: String) {
        self.plugin = plugin
        self.kind = kind
        self.confidence = confidence
        self.evidence = evidence
    }

    /// What is recognised in one folder, without the claims whose place a more special one takes: a view engine is a Swift
    /// package as well, but one service.
    package static func withoutRefined(_ found: [Detection]) -> [Detection] {
        found.filter { general in
            !found.contains { special in
                special.refines.contains(general.kind) && special.confidence >= max(claim, general.confidence)
            }
        }
    }

    /// The confidence that makes a claim.
    private static let claim = 50
}
