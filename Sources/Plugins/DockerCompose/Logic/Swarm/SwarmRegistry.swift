import Model
import PluginKit

/// Brings the images of a stack to a registry that every node can reach, and names them by what that calls them.
struct SwarmRegistry<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private var host: Host { work.host }

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    /// - Throws: when no registry is configured.
    func check() throws {
        guard work.options.registry == nil else { return }
        throw Failure(
            .configuration, "the stack runs on a Swarm, and no registry is named that its nodes pull from",
            remedy: "Set the options 'engine: swarm' and 'registry'.")
    }

    /// The name by which every node gets an image: its own repository's, or this stack's in the registry.
    ///
    /// - Parameters:
    ///   - image: what the file calls it; nil: it was built here.
    ///   - reference: its tag in the registry.
    /// - Returns: `repository@sha256:…`; nil when no registry is known to have it.
    func pinned(_ image: String?, _ reference: String) throws -> String? {
        if let image, image.contains("@sha256:") { return image }
        let end = try host.run(
            engine.ask(["image", "inspect", "--format", "{{json .RepoDigests}}", image ?? reference]), onOutput: nil)
        guard end.succeeded, let digests = (try? PluginJSON(parsing: end.output))?.strings else { return nil }
        return Self.choose(digests, image, reference)
    }

    static func choose(_ digests: [String], _ image: String?, _ reference: String) -> String? {
        for name in [image, reference] {
            guard let name else { continue }
            let wanted = repository(of: name)
            for digest in digests where repository(of: digest) == wanted { return digest }
        }
        return nil
    }

    /// Whether what a release runs is where this one would have it: the registry may have been moved since.
    static func isThere(_ pin: ReleaseRecord.Pin, _ image: String?, _ reference: String) -> Bool {
        pin.remote.map { choose([$0], image, reference) != nil } ?? false
    }

    /// Without tag, digest and the names of Docker's own registry, which the engine leaves out.
    static func repository(of reference: String) -> String {
        var name = reference.firstIndex(of: "@").map { String(reference[..<$0]) } ?? reference
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") { name = String(name[..<colon]) }
        for prefix in ["docker.io/library/", "docker.io/", "index.docker.io/library/", "index.docker.io/"]
        where name.hasPrefix(prefix) {
            return String(name.dropFirst(prefix.count))
        }
        return name
    }

    /// - Returns: the result of a stage that is to end; nil when the registry has it.
    func push(_ reference: String, of service: String, files: [String]) throws -> StageResult? {
        host.progress(nil, "pushing \(reference)")
        var command = work.limited(engine.tell(["push", reference]))
        command.keepOutput = 64 << 10
        let end = try host.run(command, onOutput: nil)
        if end.succeeded { return nil }
        if let result = try work.interruption(end, engine, "the push of '\(reference)'") { return result }
        let text = "the image '\(reference)' of '\(service)' cannot be pushed: \(end.reason)"
        let isPassing = Self.isPassing(end.errorText + end.outputText)
        var finding = PluginDiagnostic(isPassing ? .warning : .error, code: Failure.Code.push.rawValue, summary: text)
        finding.location = StackSource.place(of: service, files: files, in: work.call.sourceDirectory)
        if !isPassing {
            finding.detail =
                "Log the daemon's user in ('docker login', DOCKER_CONFIG), or correct the option 'registry'. A registry without "
                + "TLS has to be among 'insecure-registries' of every engine."
        }
        host.report(finding)
        return isPassing ? .retryable(text, after: .seconds(10)) : .failed(text)
    }

    /// Whether the words of a push that failed speak of a registry that is away.
    static func isPassing(_ words: String) -> Bool {
        let words = words.lowercased()
        return [
            "connection refused", "connection reset", "timeout", "timed out", "no such host", "no route to host",
            "temporary failure", "toomanyrequests", "too many requests", "unreachable", ": eof", "tls handshake",
            "server misbehaving", "service unavailable", "internal server error", "bad gateway",
            "received unexpected http status: 5",
        ].contains { words.contains($0) }
    }

    /// Pushes what is built here, and what no registry is known to have.
    ///
    /// - Parameter live: what the release that is live runs; the same image needs no second push.
    /// - Returns: the result of a stage that is to end; nil when all of them are where nodes find them.
    func publish(
        _ stack: Stack, project: String, files: [String], live: [String: ReleaseRecord.Pin]
    ) throws -> (result: StageResult?, pushed: [String]) {
        let images = Images(work, engine)
        let list = ContainerList(engine, host)
        var pushed: [String] = []
        for name in stack.names {
            let reference = work.reference(project, name, tag: work.call.tag)
            var source = reference
            var image: String?
            switch try images.candidate(name, in: stack, project: project) {
            case .unbuilt: continue
            case .built(let built): source = built
            case .named(let named):
                image = named
                source = named
            }
            guard let id = try list.image(source) else { continue }
            if let pin = live[name], pin.id == id, Self.isThere(pin, image, reference) { continue }
            if image != nil, try pinned(image, reference) != nil { continue }
            if source != reference { _ = try list.lines(["tag", source, reference]) }
            if let result = try push(reference, of: name, files: files) { return (result, pushed) }
            pushed.append(reference)
        }
        return (nil, pushed)
    }
}
