import PluginKit
import PluginSupport

/// What a deployment has made live by now. The host is told before the first step that changes anything, and after each: it
/// rolls back what ends half way after that, whatever the reason.
final class Progress {
    private let work: Work
    private(set) var record: DeploymentRecord
    private var isAnnounced = false
    private var lastFile: String?

    init(_ work: Work) {
        self.work = work
        record = work.record ?? DeploymentRecord()
    }

    /// Comes before everything that changes what is live.
    func announce() throws {
        if !isAnnounced { try tell() }
    }

    func note(_ change: (inout DeploymentRecord) -> Void) throws {
        change(&record)
        try tell()
    }

    /// The whole of it, at the end.
    func finish(_ record: DeploymentRecord) throws {
        self.record = record
        try tell(isDone: true)
    }

    private func tell(isDone: Bool = false) throws {
        let record = record
        try work.ledger.write { content in
            content.record = record
            content.hasTouched = true
            content.isDone = isDone
        }
        let file = try RecordFile.checkpoint(record, folder: work.context.releaseDirectory)
        work.context.checkpoint(file.checkpoint)
        isAnnounced = true
        if let lastFile, lastFile != file.name, lastFile != work.recordFile {
            try Files.remove("\(work.context.releaseDirectory)/\(lastFile)")
        }
        lastFile = file.name
    }
}
