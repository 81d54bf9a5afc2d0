import Model
import PluginKit
import PluginSupport

/// What a release is made of, goes to and comes back from, whatever runs it: Compose or a Swarm.
extension StackWork {
    /// Begins a release with a copy of the sources.
    ///
    /// - Returns: its folder, and the project as it stands in it.
    func begin(_ sources: Engine.Project, _ files: [String]) throws(Failure) -> (
        incoming: String, project: Engine.Project
    ) {
        let incoming = try store.begin(copying: call.sourceDirectory)
        let folder = "\(incoming)/files"
        if source == .dockerfile {
            try Files.write(Array(generated(context: ".").text.utf8), to: "\(folder)/\(StackFiles.generated)")
        }
        let project = Engine.Project(name: sources.name, files: files.map { "\(folder)/\($0)" }, directory: folder)
        return (incoming, project)
    }

    /// What the release of a stack says about itself.
    func record(
        _ stack: Stack, project: String, engine: Engine, files: [String], pins: [String: ReleaseRecord.Pin],
        kind: Options.Engine? = nil
    ) -> ReleaseRecord {
        var record = ReleaseRecord(
            revision: call.revision, project: project, kind: kind ?? engine.kind, files: files,
            environment: call.environment, options: options, pins: pins)
        record.finishing = stack.finishing.union(options.oneShot).sorted()
        record.ranks = stack.ranks
        record.replicas = stack.services.mapValues(\.replicas)
        record.networks = (stack.shared["networks"] ?? [:]).keys.sorted()
        record.cache = BuildCache(self, engine).made
        return record
    }

    /// Puts a release's files into the project's folder, and says what was changed there by hand.
    func takeFiles(of release: String, _ record: ReleaseRecord) throws {
        for note in try projectFolder.take(store.files(release), tag: String(record.revision.prefix(12))) {
            host.log(note, level: .warning)
        }
    }

    /// What the last deployment that ended well has left; nil when there was none.
    ///
    /// - Throws: `compose.release-missing`.
    func former() throws(Failure) -> (checkpoint: StackCheckpoint, record: ReleaseRecord)? {
        guard let checkpoint = call.checkpoint else { return nil }
        guard let record = store.record(of: checkpoint.release) else {
            throw Failure(
                .releaseMissing, "release \(checkpoint.release) is not in \(store.directory)",
                remedy: "Deploy a revision again.")
        }
        return (checkpoint, record)
    }

    /// Names a former release the live one again.
    func restore(_ checkpoint: StackCheckpoint, _ record: ReleaseRecord) throws {
        try store.flip(to: checkpoint.release)
        host.checkpoint(checkpoint.bytes)
        host.output("release", store.path(checkpoint.release))
        host.output("revision", record.revision)
    }
}
