import Model
package import PluginKit
import PluginSupport

/// Builds, pulls and pins the images of a stack. Nothing that runs is touched by any of it.
package struct Images<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private let list: ContainerList<Host>
    private let known = Known()
    private var host: Host { work.host }

    /// Ids that were asked for already; one stage asks for the same image several times.
    private final class Known {
        var ids: [String: String] = [:]
    }

    package init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
        list = ContainerList(engine, work.host)
    }

    private func id(of reference: String) throws -> String? {
        if let id = known.ids[reference] { return id }
        let id = try list.image(reference)
        known.ids[reference] = id
        return id
    }

    /// Builds the images of all services with a Dockerfile, each under the revision's tag.
    ///
    /// - Returns: the result of a stage that is to end; nil when all are built.
    package func build(_ stack: Stack, _ project: Engine.Project, files: [String]) throws -> StageResult? {
        let names = stack.names.filter { stack.services[$0]?.build != nil }
        let references = Dictionary(
            names.map { ($0, work.reference(project.name, $0, tag: work.call.tag)) }, uniquingKeysWith: { $1 })
        let tags = "\(try work.scratchFolder("build"))/tags.json"
        try Files.write(Array(StackFiles.tags(references).text.utf8), to: tags)
        var tagged = project
        tagged.files.append(tags)
        // Reading what the stack runs on costs more than a build that finds all in its cache; only BuildKit keeps its cache
        // apart from images.
        let cache = engine.family == .docker && work.options.builder != .classic ? BuildCache(work, engine) : nil
        let before = cache?.records()
        for (index, name) in names.enumerated() {
            host.progress(Double(index) / Double(names.count), "building \(name)")
            if let result = try build(name, stack, tagged, reference: references[name] ?? "") { return result }
        }
        if let cache, let before { try cache.note(cache.records().subtracting(before)) }
        return nil
    }

    private func build(
        _ name: String, _ stack: Stack, _ project: Engine.Project, reference: String
    ) throws -> StageResult? {
        var output = BuildOutput()
        // The classic builder of Compose v1 would leave the container of a failed step behind.
        let flags = engine.kind == .composeV1 ? ["--force-rm"] : []
        var command = work.limited(engine.compose(project, ["build"] + flags + [name]))
        command.keepOutput = 64 << 10
        let end = try host.run(command) { stream, bytes in output.consume(bytes, from: stream) }
        output.finish()
        known.ids[reference] = nil
        if end.succeeded, try id(of: reference) != nil { return nil }
        if !end.succeeded, let result = try work.interruption(end, engine, "the build of '\(name)'") { return result }
        let dockerfile = stack.services[name]?.build?.dockerfile ?? "Dockerfile"
        let source = (try? Files.read(dockerfile, limit: 4 << 20)).flatMap { $0 }
        let finding = output.diagnostic(
            dockerfile: source.map { String(decoding: $0, as: UTF8.self) },
            file: Stack.relative(dockerfile, to: work.call.sourceDirectory) ?? dockerfile, service: name,
            fallback: end.reason)
        host.report(finding)
        return .failed(finding.summary)
    }

    /// What a service's containers would run if they were made now.
    package enum Candidate: Hashable {
        /// Built under the revision's tag.
        case built(String)
        /// Named by the file.
        case named(String)
        /// Built from a Dockerfile, and not built.
        case unbuilt
    }

    package func candidate(_ name: String, in stack: Stack, project: String) throws -> Candidate {
        guard let service = stack.services[name] else { return .unbuilt }
        let reference = work.reference(project, name, tag: work.call.tag)
        if service.build != nil {
            if work.options.buildDocker { return .built(reference) }
            // Somebody else builds it: the file's name for it is asked for.
            return service.image.map(Candidate.named) ?? .unbuilt
        }
        guard let image = service.image else { return .unbuilt }
        // An image that is built here for one service may serve another.
        let maker = stack.services.values.first { $0.build != nil && $0.image == image }
        if let maker, work.options.buildDocker {
            return .built(work.reference(project, maker.name, tag: work.call.tag))
        }
        return .named(image)
    }

    /// Pulls what is not there, or is to be pulled always.
    ///
    /// - Returns: the result of a stage that is to end; nil when all that can be pulled is there.
    package func pull(_ stack: Stack, project: String, files: [String]) throws -> StageResult? {
        var done: Set<String> = []
        for name in stack.names {
            guard case .named(let image) = try candidate(name, in: stack, project: project), done.insert(image).inserted
            else { continue }
            let policy = stack.services[name]?.pullPolicy ?? work.options.pull.rawValue
            if policy == "never" || policy == "build" { continue }
            if policy != "always", try id(of: image) != nil { continue }
            host.progress(nil, "pulling \(image)")
            var command = work.limited(engine.tell(["pull", image]))
            command.keepOutput = 64 << 10
            let end = try host.run(command, onOutput: nil)
            known.ids[image] = nil
            if end.succeeded { continue }
            if let result = try work.interruption(end, engine, "the pull of '\(image)'") { return result }
            return refusal(image, of: name, files: files, end)
        }
        return nil
    }

    private func refusal(_ image: String, of service: String, files: [String], _ end: CommandEnd) -> StageResult {
        let text = "the image '\(image)' of '\(service)' cannot be pulled: \(end.reason)"
        var finding = PluginDiagnostic(.error, code: Failure.Code.pull.rawValue, summary: text)
        finding.location = StackSource.place(of: service, "image", files: files, in: work.call.sourceDirectory)
        host.report(finding)
        let words = end.errorText.lowercased()
        let passing = [
            "timeout", "timed out", "no such host", "connection refused", "connection reset", "temporary failure",
            "toomanyrequests", "too many requests", "unreachable", "eof", "tls handshake", "server misbehaving",
            "service unavailable", "internal server error", "bad gateway",
        ]
        return passing.contains { words.contains($0) } ? .retryable(text) : .failed(text)
    }

    /// Finds out what each service will run, and keeps it under a tag of this service's own: the revision's, or an earlier
    /// one's that is the very same image.
    ///
    /// - Throws: `compose.image` when an image is not there; nothing has been touched then.
    package func pins(
        _ stack: Stack, project: String, files: [String], live: [String: ReleaseRecord.Pin],
        digest: (String, String) throws -> String
    ) throws -> [String: ReleaseRecord.Pin] {
        var pins: [String: ReleaseRecord.Pin] = [:]
        for name in stack.names {
            let source: String
            switch try candidate(name, in: stack, project: project) {
            case .built(let reference), .named(let reference): source = reference
            case .unbuilt: throw missing(name, nil, stack, files)
            }
            guard let id = try id(of: source) else { throw missing(name, source, stack, files) }
            var reference = work.reference(project, name, tag: work.call.tag)
            if let pin = live[name], pin.id == id, try self.id(of: pin.reference) == id {
                reference = pin.reference
            } else if reference != source {
                _ = try list.lines(["tag", source, reference])
                known.ids[reference] = id
            }
            let context = try stack.services[name]?.build?.digest()
            pins[name] = .init(reference: reference, id: id, digest: try digest(name, id), context: context)
        }
        return pins
    }

    /// - Throws: `compose.image` when an image is not there.
    package func check(_ stack: Stack, project: String, files: [String]) throws {
        for name in stack.names {
            switch try candidate(name, in: stack, project: project) {
            case .built(let reference), .named(let reference):
                if try id(of: reference) == nil { throw missing(name, reference, stack, files) }
            case .unbuilt: throw missing(name, nil, stack, files)
            }
        }
    }

    /// Why a deployment will not have an image for a service, whatever is pulled and built before; nil: nothing stands in the way.
    package func obstacle(_ name: String, in stack: Stack, project: String, files: [String]) throws -> PluginFailure? {
        switch try candidate(name, in: stack, project: project) {
        case .built: return nil
        case .unbuilt: return missing(name, nil, stack, files)
        case .named(let image):
            let policy = stack.services[name]?.pullPolicy ?? work.options.pull.rawValue
            guard policy == "never" || policy == "build", try id(of: image) == nil else { return nil }
            return missing(name, image, stack, files)
        }
    }

    private func missing(_ service: String, _ image: String?, _ stack: Stack, _ files: [String]) -> PluginFailure {
        let isBuilt = stack.services[service]?.build != nil
        var text =
            image.map { "the image '\($0)' of '\(service)' is not on this machine" } ?? "'\(service)' has no image"
        var remedy = "Let it be pulled (option 'pull'), or bring it here."
        if isBuilt, !work.options.buildDocker {
            text = "the image of '\(service)' is not built: it has a Dockerfile, and 'build_docker' is off"
            remedy =
                "Set build_docker (DISPATCHER_BUILD_DOCKER=1, or the service's options), or name an image that is there."
        } else if isBuilt {
            remedy = "Run the stage 'build' before 'deploy'."
        }
        var finding = PluginDiagnostic(.error, code: Failure.Code.image.rawValue, summary: text)
        finding.location = StackSource.place(
            of: service, isBuilt ? "build" : "image", files: files, in: work.call.sourceDirectory)
        finding.detail = remedy
        return PluginFailure(.failed("\(text). \(remedy)"), diagnostics: [finding])
    }
}
