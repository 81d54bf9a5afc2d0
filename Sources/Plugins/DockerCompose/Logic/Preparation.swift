import Model
import PluginKit
import PluginSupport

/// Makes a release: a copy of the sources with pinned images. Touches nothing that runs.
struct Preparation<Host: StackHost> {
    enum Outcome {
        case release(String)
        case ended(StageResult)
    }

    private let work: StackWork<Host>
    private let engine: Engine
    private var store: ReleaseStore { work.store }

    init(_ work: StackWork<Host>, _ engine: Engine) {
        self.work = work
        self.engine = engine
    }

    func prepare(_ sources: Engine.Project, _ files: [String]) throws -> Outcome {
        let strangers = Strangers(work, engine)
        let present = try strangers.refuse(project: sources.name)
        let ownership = try Ownership(work, project: sources.name)
        let (incoming, project) = try work.begin(sources, files)
        let folder = project.directory
        let stack = try StackReader(work, engine).read(project)
        try strangers.refuse(namesOf: stack, project: project.name, files: files)
        try refuseOutside(stack, files: files, folder: folder)
        try BuildBoundary(work).check(stack, files: files, folder: folder)
        let images = Images(work, engine)
        if let result = try images.pull(stack, project: project.name, files: files) { return .ended(result) }
        let live = store.live
        let pins = try images.pins(stack, project: project.name, files: files, live: live?.pins ?? [:]) {
            try digest(of: $0, image: $1, in: stack, folder: folder)
        }
        let unmarked = Set(
            present.filter { $0.owner == nil && $0.digest == pins[$0.service]?.digest && ownership.owns($0) }.map(
                \.service))
        let override = try StackFiles.override(pins, owner: Owner.of(work.call), unmarked: unmarked)
        try Files.write(Array(override.text.utf8), to: "\(folder)/\(StackFiles.override)")
        let record = work.record(
            stack, project: project.name, engine: engine, files: files, pins: pins)
        return .release(try store.finish(record, in: incoming))
    }

    func digest(of name: String, image: String, in stack: Stack, folder: String) throws -> String {
        let place = work.projectFolder.path
        let above = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        let abovePlace = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
        return try stack.digest(
            of: name, image: image,
            places: { $0.replacing(folder, with: place).replacing(above + "/", with: abovePlace + "/") },
            contents: { path in
                guard work.options.recreateForFiles, Stack.relative(path, to: folder) != nil else { return nil }
                return try Digest.of(path: path, skipping: { $0 == ".git" || StackFiles.isOwn($0) })
            })
    }

    /// Relative paths that lead out of the service's folder would lead into the deployer's own.
    private func refuseOutside(_ stack: Stack, files: [String], folder: String) throws {
        guard work.options.projectDirectory == nil else { return }
        let own = Stack.absolute("..", from: work.store.directory)
        for name in stack.names {
            for path in stack.services[name]?.paths ?? []
            where Stack.relative(path, to: own) != nil && Stack.relative(path, to: folder) == nil {
                let text = "'\(name)' uses a path outside of its folder, which no release has"
                var finding = PluginDiagnostic(.error, code: Failure.Code.file.rawValue, summary: text)
                finding.location = StackSource.place(
                    of: name, "volumes", files: files, in: work.call.sourceDirectory)
                finding.detail =
                    "Name it by an absolute path, move it into the folder, or set the option 'project_directory'."
                throw PluginFailure(.failed(text), diagnostics: [finding])
            }
        }
    }
}
