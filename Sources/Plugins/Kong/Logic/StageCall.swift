package import PluginKit

/// What a stage is told.
package struct StageCall: Sendable {
    package var service: String
    package var sourceDirectory: String
    package var scratchDirectory: String
    package var releaseDirectory: String
    package var revision: String
    package var state: [UInt8]?
    package var isVerification = false
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

    package init(_ context: StageContext) {
        self.init(
            service: context.service, sourceDirectory: context.sourceDirectory,
            scratchDirectory: context.scratchDirectory, releaseDirectory: context.releaseDirectory,
            revision: context.revision)
        state = context.state
        isVerification = context.isVerification
        isRestartedElsewhere = context.isRestartedElsewhere
    }

    package var store: ReleaseStore { ReleaseStore(directory: releaseDirectory) }
}
