import Model
import PluginKit
import PluginSupport

/// Which records of BuildKit's cache this service's builds have made. They carry no owner, so what is new after a build is
/// taken for its own and remembered with its release; nothing else is ever removed.
struct BuildCache<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    private var file: String { "\(work.call.scratchDirectory)/compose/build/cache.json" }

    /// Ids of what the cache holds now; empty where the engine does not say in time.
    func records() -> Set<String> {
        var question = engine.ask(["system", "df", "-v", "--format", "{{json .BuildCache}}"])
        question.timeout = .seconds(20)
        guard let end = try? work.host.run(question, onOutput: nil), end.succeeded,
            let items = (try? PluginJSON(parsing: end.output))?.array
        else { return [] }
        return Set(items.compactMap { $0["ID"]?.string })
    }

    /// Remembers what a build has made, until its revision is released.
    func note(_ made: Set<String>) throws {
        var all = remembered
        all[work.call.revision] = Array(Set(all[work.call.revision] ?? []).union(made)).sorted()
        let json = PluginJSON.object(all.mapValues { .array($0.map(PluginJSON.string)) })
        try Files.write(Array(json.text.utf8), to: file)
    }

    /// What the builds of a revision have made.
    var made: [String] { remembered[work.call.revision] ?? [] }

    private var remembered: [String: [String]] {
        let json = (try? Files.read(file)).flatMap { $0 }.flatMap { try? PluginJSON(parsing: $0) }
        return (json?.object ?? [:]).compactMapValues(\.strings)
    }

    /// Removes records of releases that are gone, and of builds that never became one, unless a release that is kept has
    /// them too. What is in use the engine keeps.
    func prune(removed: [ReleaseRecord], kept: [ReleaseRecord]) throws {
        let revisions = Set(kept.map(\.revision)).union([work.call.revision])
        var notes = remembered
        let abandoned = notes.filter { !revisions.contains($0.key) }.flatMap(\.value)
        let wanted = Set(kept.flatMap(\.cache)).union(made)
        for id in Set(removed.flatMap(\.cache) + abandoned).subtracting(wanted).sorted() {
            var command = engine.ask(["builder", "prune", "--all", "--force", "--filter", "id=\(id)"])
            command.timeout = .seconds(20)
            _ = try work.host.run(command, onOutput: nil)
        }
        notes = notes.filter { revisions.contains($0.key) }
        guard Files.kind(file) != nil else { return }
        let json = PluginJSON.object(notes.mapValues { .array($0.map(PluginJSON.string)) })
        try Files.write(Array(json.text.utf8), to: file)
    }
}
