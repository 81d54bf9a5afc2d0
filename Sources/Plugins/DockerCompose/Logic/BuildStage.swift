package import PluginKit
import PluginSupport

/// Pulls and builds the images of the stack, before anything that runs is touched.
package struct BuildStage<Host: StackHost> {
    private let work: StackWork<Host>
    package init(_ work: StackWork<Host>) { self.work = work }

    package func run() throws -> StageResult {
        let (project, files) = try work.sources()
        // Beside a package the image is all that is wanted of it.
        let isCompanion = StackSource.isFile("\(work.call.sourceDirectory)/Package.swift")
        if isCompanion, !work.options.buildDocker {
            return .noChange("images are not built: 'build_docker' is off")
        }
        let engine = try work.engine()
        let stack = try StackReader(work, engine).read(project)
        try BuildBoundary(work).check(stack, files: files, folder: project.directory)
        let images = Images(work, engine)
        let builds = stack.names.filter { stack.services[$0]?.build != nil }
        if !work.call.isVerification, !isCompanion,
            let result = try images.pull(stack, project: project.name, files: files)
        {
            return result
        }
        if !builds.isEmpty, work.options.buildDocker {
            if let result = try images.build(stack, project, files: files) { return result }
            for name in builds {
                work.host.output("image:\(name)", work.reference(project.name, name, tag: work.call.tag))
            }
            return .ok("built \(builds.count == 1 ? "the image" : "the images") of \(builds.joined(separator: ", "))")
        }
        // Better now than in deploy: what nobody builds must be there.
        if !work.call.isVerification { try images.check(stack, project: project.name, files: files) }
        return .noChange("all images are there")
    }
}
