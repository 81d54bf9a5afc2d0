import Model
import PluginKit

/// Brings one collection to what is declared.
struct CollectionDeployment {
    private let work: Work
    private let plan: CollectionPlan
    private let preparation: Preparation
    private let progress: Progress

    init(_ work: Work, _ plan: CollectionPlan, _ preparation: Preparation, _ progress: Progress) {
        self.work = work
        self.plan = plan
        self.preparation = preparation
        self.progress = progress
    }

    private var name: String { plan.collection.name }
    private var before: DeploymentRecord.Entry? { work.record?.collections[name] }

    func run() throws -> DeploymentRecord.Entry {
        try work.context.checkCancellation()
        if plan.action != .keep { try writeDownWhatIsThere() }
        switch plan.action {
        case .keep: return try entry(live: plan.current ?? name, isAlias: plan.isAlias)
        case .create: return try create()
        case .alter: return try alter()
        case .rebuild: return try rebuild()
        }
    }

    /// For a rollback of what no checkpoint knows yet.
    private func writeDownWhatIsThere() throws {
        let found = plan.live.map { live in
            let echo = Self.echo(live)
            return DeploymentRecord.Entry(
                live: plan.current ?? name, isAlias: plan.isAlias, schema: echo, echo: echo)
        }
        try work.ledger.write { content in
            guard content.begun.insert(name).inserted else { return }
            content.found.collections[name] = found
        }
    }

    // MARK: create

    private func create() throws -> DeploymentRecord.Entry {
        let target = try freeName(source: "")
        work.context.log("collection '\(name)': made as '\(target)'")
        try make(target)
        let entry = try entry(live: target, isAlias: true, isNew: true)
        try progress.announce()
        try work.collections.point(name, to: target)
        try progress.note { $0.collections[name] = entry }
        return entry
    }

    private func make(_ target: String) throws {
        try work.ledger.write { $0.made.insert(target) }
        _ = try located { try work.collections.create(plan.collection.schema, name: target) }
        let behind = ResourceStore(server: work.server, version: preparation.version, collections: [name: target])
        if !preparation.version.hasSets {
            for (topic, items) in declaredItems { try behind.put(topic, name, .array(items)) }
        }
    }

    private var declaredItems: [SourceLayout.Topic: [PluginJSON]] {
        var items: [SourceLayout.Topic: [PluginJSON]] = [:]
        items[.synonyms] = preparation.definitions.synonyms[name]
        items[.overrides] = preparation.definitions.overrides[name]
        return items
    }

    // MARK: alter

    private func alter() throws -> DeploymentRecord.Entry {
        let current = plan.current ?? name
        var unheeded: [String] = []
        let added = Set(plan.difference.addedFields)
        let fields = plan.collection.fields.filter { added.contains($0["name"]?.string ?? "") }
        var change: [String: PluginJSON] = fields.isEmpty ? [:] : ["fields": .array(fields)]
        for key in plan.difference.metadata {
            if preparation.version.altersMetadata {
                change[key] = plan.collection.schema[key]
            } else {
                unheeded.append(".\(key)")
            }
        }
        guard !change.isEmpty else { return try entry(live: current, isAlias: plan.isAlias, unheeded: unheeded) }
        work.context.log("collection '\(name)': altered in place (\(plan.difference.reason))")
        work.context.progress(nil, "altering '\(name)': the server reads \(plan.documents) documents")
        try progress.announce()
        let reply = try work.collections.alter(current, .object(change))
        guard reply.isSuccess else {
            let place = fields.first { reply.message.contains("`\($0["name"]?.string ?? "")`") }
            work.report(
                .error, Failure.Code.refused.rawValue, "collection '\(name)' cannot be altered: \(reply.message)",
                "Make the field optional, or give documents that lack it a value in the option 'defaults': then the collection is rebuilt.",
                at: place.flatMap { plan.collection.fieldLocations[$0["name"]?.string ?? ""] }
                    ?? plan.collection.location)
            throw PluginFailure(.failed("collection '\(name)' cannot be altered: \(reply.message)"))
        }
        let entry = try entry(live: current, isAlias: plan.isAlias, unheeded: unheeded)
        try progress.note { $0.collections[name] = entry }
        return entry
    }

    // MARK: rebuild

    private func rebuild() throws -> DeploymentRecord.Entry {
        var source = plan.current ?? name
        if !plan.isAlias { source = try adopt(source) }
        work.context.log("collection '\(name)': rebuilt (\(plan.difference.reason))")
        let given = work.options.defaults[name] ?? [:]
        // What a copy was begun with other values for is another copy.
        let target = try freeName(source: source, salt: given.isEmpty ? "" : PluginJSON.object(given).text)
        if try work.collections.live(target) == nil { try make(target) }
        try ResourceStore(server: work.server, version: preparation.version, collections: [name: target])
            .carryOver(from: source, to: target, declared: declaredItems, name: name)
        var job = CopyJob(name: name, source: source, target: target)
        job.transform = DocumentTransform(
            from: plan.live?["fields"]?.array ?? [], to: plan.collection.fields,
            given: given)
        let entry = try entry(live: target, isAlias: true, replacing: source, isNew: true)
        try copy(job, entry)
        return entry
    }

    private func copy(_ job: CopyJob, _ entry: DeploymentRecord.Entry) throws {
        var copy = CollectionCopy(work, job, progress)
        do {
            let count = try copy.fill()
            work.context.log("'\(job.target)' holds \(count) documents, as '\(job.source)' does")
            try copy.flip(entry)
        } catch let failure as Failure where failure.code == .documents {
            // Nobody will come back for it: another schema has another name.
            try work.collections.delete(job.target)
            try work.desk.forget(job.target)
            try work.ledger.write { $0.made.remove(job.target) }
            throw failure
        }
    }

    /// Makes an alias of a name that is a collection's own: the documents move into a collection with a versioned name first,
    /// its schema as it is, so that a rollback finds them.
    private func adopt(_ source: String) throws -> String {
        guard work.options.adopts, let live = plan.live, var schema = live.object else {
            throw Failure(
                .copy, "'\(name)' is a collection and no alias, so it cannot be replaced in one call",
                remedy:
                    "Allow it with the option 'adopt: true' (the name is gone for a moment between two calls, so stop what "
                    + "writes to it meanwhile), or make the change one that can be done in place.")
        }
        schema = Self.echo(live).object ?? schema
        let target = try freeName(source: source, schema: .object(schema))
        work.context.log("collection '\(name)': moved to '\(target)', so that its name can be an alias")
        work.context.log(
            "what is written to '\(name)' in the last moment before its name is taken over is lost: "
                + "nothing should write to it until this deployment has ended", level: .warning)
        try work.ledger.write { content in
            content.made.insert(target)
            content.moved[name] = target
        }
        if try work.collections.live(target) == nil { _ = try work.collections.create(.object(schema), name: target) }
        try ResourceStore(server: work.server, version: preparation.version, collections: [:])
            .carryOver(from: source, to: target, declared: [:], name: name)
        let echo = Self.echo(.object(schema))
        var entry = before ?? DeploymentRecord.Entry(live: target, isAlias: true, schema: echo, echo: echo)
        (entry.live, entry.isAlias, entry.echo) = (target, true, echo)
        try copy(CopyJob(name: name, source: source, target: target, replacesName: true), entry)
        return target
    }

    // MARK: names and records

    /// A name that says what the collection was made of, so that an interrupted copy of the same is found again. One that is
    /// there without a job was live once, or is somebody's: the next number is taken.
    private func freeName(source: String, schema: PluginJSON? = nil, salt: String = "") throws -> String {
        let base = VersionedName.make(name, Self.digest(schema ?? plan.collection.schema, source + salt))
        for number in 1...1000 {
            let candidate = number == 1 ? base : "\(base)_\(number)"
            if try work.collections.live(candidate) == nil {
                try work.desk.forget(candidate)
                return candidate
            }
            if let job = try work.desk.job(target: candidate), job.phase == .copying, job.source == source {
                work.context.log("the copy to '\(candidate)' was interrupted; it goes on")
                return candidate
            }
        }
        throw Failure(
            .copy, "there are a thousand collections '\(base)_…'", remedy: "Delete those that are not needed.")
    }

    /// What a server says of a collection, without what is not its schema.
    private static func echo(_ live: PluginJSON) -> PluginJSON {
        var schema = live.object ?? [:]
        for key in ["created_at", "num_documents", "name"] { schema[key] = nil }
        return .object(schema)
    }

    private static func digest(_ schema: PluginJSON, _ source: String) -> String {
        String(DocumentLine.digest("\(schema.text)\n\(source)"), radix: 16)
    }

    /// Where the documents of a collection go whose name becomes an alias.
    static func adoptedName(_ name: String, _ schema: PluginJSON) -> String {
        VersionedName.make(name, digest(schema, name))
    }

    private func entry(
        live: String, isAlias: Bool, replacing old: String? = nil, unheeded: [String] = [], isNew: Bool = false
    ) throws -> DeploymentRecord.Entry {
        guard let echo = try work.collections.live(live) else {
            throw Failure(.refused, "the collection '\(live)' is gone", remedy: "Did somebody delete it? Deploy again.")
        }
        var entry = DeploymentRecord.Entry(
            live: live, isAlias: isAlias, schema: plan.collection.schema, echo: Self.echo(echo))
        if plan.action != .create { (entry.seed, entry.documents) = (before?.seed, before?.documents ?? 0) }
        entry.unheeded = SchemaDifference.unheeded(declared: plan.collection.schema, live: echo) + unheeded
        if isNew || before == nil { warn(entry.unheeded) }
        entry.previous = before?.previous ?? []
        let gone = old ?? before.map(\.live)
        if let gone, gone != live { entry.previous.insert(gone, at: 0) }
        entry.previous.removeAll { $0 == live }
        return entry
    }

    private func warn(_ unheeded: [String]) {
        guard !unheeded.isEmpty else { return }
        work.report(
            .warning, Failure.Code.version.rawValue,
            "Typesense \(preparation.version) passes over \(unheeded.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 }.joined(separator: ", ")) of '\(name)'",
            "It does not know them; they have no effect until the server is upgraded.", at: plan.collection.location)
    }

    /// What the server refuses of a schema is shown where the schema stands.
    private func located<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as Failure where failure.code == .refused {
            let field = plan.collection.fieldLocations.first { failure.message.contains("`\($0.key)`") }?.value
            work.report(
                .error, failure.code.rawValue, failure.message, failure.cause, at: field ?? plan.collection.location)
            throw PluginFailure(.failed(failure.message))
        }
    }
}
