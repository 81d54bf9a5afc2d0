import Model
import PluginKit
import PluginSupport

/// Makes a release for a Swarm: the sources, and the stack's file with every image pinned by what the registry calls it.
/// Touches nothing that runs.
struct SwarmPreparation<Host: StackHost> {
    private let work: StackWork<Host>
    private let engine: Engine
    private var store: ReleaseStore { work.store }

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    func prepare(_ sources: Engine.Project, _ files: [String]) throws -> Preparation<Host>.Outcome {
        let ownership = SwarmOwnership(work, stack: sources.name)
        try ownership.refuse(try SwarmClient(work, engine).view(of: sources.name).services)
        let owner = try Owner.of(work.call)
        let (incoming, project) = try work.begin(sources, files)
        let folder = project.directory
        let reader = SwarmSources(work, engine)
        let stack = try reader.read(project)
        try BuildBoundary(work).check(stack, files: files, folder: folder)
        var file = try reader.convert(stack, project, files: files)
        for note in file.notes { work.host.log(note, level: .warning) }
        let images = Images(work, engine)
        if let result = try images.pull(stack, project: project.name, files: files) { return .ended(result) }
        // Tags of another registry are no tags of this one.
        let live = (store.live?.pins ?? [:]).filter { name, pin in
            SwarmRegistry<Host>.repository(of: pin.reference) == work.repository(project.name, name)
        }
        var pins = try images.pins(stack, project: project.name, files: files, live: live) { _, _ in "" }
        for name in stack.names {
            guard var pin = pins[name] else { continue }
            switch try remote(
                name, pin, live[name], images.candidate(name, in: stack, project: project.name), project.name, files)
            {
            case .ended(let result): return .ended(result)
            case .release(let remote):
                pin.remote = remote
                pin.digest = file.digest(of: name, image: remote)
            }
            file.pin(name, image: pin.remote ?? "", digest: pin.digest, owner: owner)
            pins[name] = pin
        }
        for (name, text) in file.contents { try Files.write(Array(text.utf8), to: "\(folder)/\(name)") }
        try Files.write(Array(reader.text(file).utf8), to: "\(folder)/\(SwarmFile.name)")
        let record = work.record(
            stack, project: project.name, engine: engine, files: files, pins: pins, kind: .swarm)
        return .release(try store.finish(record, in: incoming))
    }

    /// What the registry calls an image; pushed where that is not known.
    private func remote(
        _ name: String, _ pin: ReleaseRecord.Pin, _ live: ReleaseRecord.Pin?, _ candidate: Images<Host>.Candidate,
        _ project: String, _ files: [String]
    ) throws -> Preparation<Host>.Outcome {
        let registry = SwarmRegistry(work, engine)
        var image: String?
        if case .named(let named) = candidate { image = named }
        let reference = work.reference(project, name, tag: work.call.tag)
        if let live, live.id == pin.id, let remote = live.remote, SwarmRegistry<Host>.isThere(live, image, reference) {
            return .release(remote)
        }
        if let remote = try registry.pinned(image, pin.reference) { return .release(remote) }
        if let result = try registry.push(pin.reference, of: name, files: files) { return .ended(result) }
        guard let remote = try registry.pinned(nil, pin.reference) else {
            throw Failure(.push, "the registry did not say what it calls '\(pin.reference)'")
        }
        return .release(remote)
    }
}
