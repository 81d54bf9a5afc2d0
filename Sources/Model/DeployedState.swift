/// What is known of a service between cycles.
package struct ServiceState: Sendable, Codable, Hashable {
    package var service: ServiceName
    /// The last release that was deployed and found healthy.
    package var deployed: Release?
    /// The last attempt that failed, until something changes.
    package var failure: FailedAttempt?
    package init(service: ServiceName, deployed: Release? = nil, failure: FailedAttempt? = nil) {
        self.service = service
        self.deployed = deployed
        self.failure = failure
    }
}

/// A deployed revision of a service.
package struct Release: Sendable, Codable, Hashable {
    package var revision: Revision
    package var fingerprint: Fingerprint
    package var checkpoint: [UInt8]?
    package var deployedAt: Timestamp
    package init(revision: Revision, fingerprint: Fingerprint, checkpoint: [UInt8]? = nil, deployedAt: Timestamp) {
        self.revision = revision
        self.fingerprint = fingerprint
        self.checkpoint = checkpoint
        self.deployedAt = deployedAt
    }
}

/// An attempt that did not end in a healthy release, its own or that of its group; the same content is not tried again unless `retryAt` says so.
package struct FailedAttempt: Sendable, Codable, Hashable {
    package var revision: Revision
    package var fingerprint: Fingerprint
    package var stage: Stage
    package var summary: String
    package var attempts: Int
    /// When it may be tried again; nil holds it until its content or a dependency changes.
    package var retryAt: Timestamp?
    /// Rolled back after it went live: the strongest reason not to try it again.
    package var isQuarantined: Bool
    /// It went live and could not be rolled back: what runs is not known.
    package var mayBeLive: Bool
    /// The group that it was to go live with; nil where it was on its own.
    package var group: String?
    /// The member of the group that failed, where it was another one: `stage` and `summary` are that one's.
    package var culprit: ServiceName?
    package init(
        revision: Revision, fingerprint: Fingerprint, stage: Stage, summary: String, attempts: Int,
        retryAt: Timestamp? = nil, isQuarantined: Bool = false, mayBeLive: Bool = false, group: String? = nil,
        culprit: ServiceName? = nil
    ) {
        self.revision = revision
        self.fingerprint = fingerprint
        self.stage = stage
        self.summary = summary
        self.attempts = attempts
        self.retryAt = retryAt
        self.isQuarantined = isQuarantined
        self.mayBeLive = mayBeLive
        self.group = group
        self.culprit = culprit
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        revision = try values.decode(Revision.self, forKey: .revision)
        fingerprint = try values.decode(Fingerprint.self, forKey: .fingerprint)
        stage = try values.decode(Stage.self, forKey: .stage)
        summary = try values.decode(String.self, forKey: .summary)
        attempts = try values.decode(Int.self, forKey: .attempts)
        retryAt = try values.decodeIfPresent(Timestamp.self, forKey: .retryAt)
        isQuarantined = try values.decode(Bool.self, forKey: .isQuarantined)
        // Younger than the others: histories have attempts without it.
        mayBeLive = try values.decodeIfPresent(Bool.self, forKey: .mayBeLive) ?? false
        group = try values.decodeIfPresent(String.self, forKey: .group)
        culprit = try values.decodeIfPresent(ServiceName.self, forKey: .culprit)
    }
}
