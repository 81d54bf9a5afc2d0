import PluginKit
import PluginSupport

/// Pulls, builds and pushes the images of the stack, before anything that runs is touched.
struct SwarmBuildStage<Host: StackHost> {
    private let work: StackWork<Host>
    init(_ work: StackWork<Host>) { self.work = work }

    func run() throws -> StageResult {
        let (project, files) = try work.sources()
        let isCompanion = StackSource.isFile("\(work.call.sourceDirectory)/Package.swift")
        if isCompanion, !work.options.buildDocker {
            return .noChange("images are not built: 'build_docker' is off")
        }
        let engine = try work.engine()
        let registry = SwarmRegistry(work, engine)
        try registry.check()
        let sources = SwarmSources(work, engine)
        let stack = try sources.read(project)
        try BuildBoundary(work).check(stack, files: files, folder: project.directory)
        // What a Swarm cannot give is said before anybody waits for a build.
        _ = try sources.convert(stack, project, files: files)
        let images = Images(work, engine)
        let builds = stack.names.filter { stack.services[$0]?.build != nil }
        if !work.call.isVerification, !isCompanion,
            let result = try images.pull(stack, project: project.name, files: files)
        {
            return result
        }
        if !builds.isEmpty, work.options.buildDocker {
            if let result = try images.build(stack, project, files: files) { return result }
        }
        if work.call.isVerification {
            return builds.isEmpty || !work.options.buildDocker
                ? .noChange("no image is built") : .ok("built the images of \(builds.joined(separator: ", "))")
        }
        if !isCompanion { try images.check(stack, project: project.name, files: files) }
        let live = work.store.live?.pins ?? [:]
        let (result, pushed) = try registry.publish(stack, project: project.name, files: files, live: live)
        if let result { return result }
        for name in builds where work.options.buildDocker {
            work.host.output("image:\(name)", work.reference(project.name, name, tag: work.call.tag))
        }
        if builds.isEmpty || !work.options.buildDocker, pushed.isEmpty { return .noChange("all images are there") }
        let what = pushed.isEmpty ? "the registry has all of them" : "pushed \(pushed.joined(separator: ", "))"
        return .ok(builds.isEmpty ? what : "built the images of \(builds.joined(separator: ", ")); \(what)")
    }
}
