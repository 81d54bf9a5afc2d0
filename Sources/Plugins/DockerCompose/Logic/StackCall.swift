import PluginKit

/// What a stage is told, already read and checked.
package struct StackCall: Sendable {
    package var service: String
    package var sourceDirectory: String
    package var scratchDirectory: String
    package var releaseDirectory: String
    /// 40 or 64 hexadecimal digits.
    package var revision: String
    /// What the operator configured for the service itself.
    package var environment: [String: String] = [:]
    package var state: [UInt8]?
    package var isVerification = false
    /// The operator's own script starts and stops the containers.
    package var isRestartedElsewhere = false

    package init(
        service: String, sourceDirectory: String, scratchDirectory: String, releaseDirectory: String, revision: String
    ) {
        self.service = service
        self.sourceDirectory = sourceDirectory
        self.scratchDirectory = scratchDirectory
        self.releaseDirectory = releaseDirectory
        self.revision = revision
    }

    init(_ context: StageContext) {
        self.init(
            service: context.service, sourceDirectory: context.sourceDirectory,
            scratchDirectory: context.scratchDirectory, releaseDirectory: context.releaseDirectory,
            revision: context.revision)
        environment = context.environment
        state = context.state
        isVerification = context.isVerification
        isRestartedElsewhere = context.isRestartedElsewhere
    }

    /// The revision as image tags carry it.
    package var tag: String { String(revision.prefix(12)) }
    package var checkpoint: StackCheckpoint? { StackCheckpoint(state) }
    /// Names service and workspace.
    package var mark: String {
        var digest = Digest()
        digest.add(service)
        digest.add(releaseDirectory)
        return digest.hex
    }
    /// The last component of the service's name.
    package var shortName: String { service.split(separator: "/").last.map(String.init) ?? service }

    /// The name as a Compose project may carry it: lower-case letters, digits, `-` and `_`, a letter or digit first
    /// (https://docs.docker.com/compose/how-tos/project-name/).
    package var projectName: String { Self.projectName(of: service) }

    static func projectName(of name: String) -> String {
        var result = ""
        for byte in name.lowercased().utf8 {
            let isPlain = (48...57).contains(byte) || (97...122).contains(byte)
            if isPlain || !result.isEmpty && (byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else if !result.isEmpty, result.last != "-" {
                result += "-"
            }
        }
        while result.last == "-" { result.removeLast() }
        return result.isEmpty ? "stack" : result
    }
}
