import Foundation
import Samples
import TestSupport
import Testing

/// A view engine in a workspace, recognised, published, broken and mended. Needs the Swift toolchain.
@Suite struct TeatroLoopTests {
    @Test(
        .timeLimit(.minutes(15)),
        .enabled(if: BuiltTemplate.missingTool(for: .swift) == nil, "there is no swift on the PATH"))
    func aFolderOfViewsIsOneServiceAndIsPublished() async throws {
        var files: [String: String] = [:]
        for (path, text) in ViewEngine.files() { files["repos/plays/\(path)"] = text }
        try await Workspace.with(files, plugins: ["libSwiftBuildPlugin.so", "libTeatroPlugin.so"]) { workspace in
            let first = try await workspace.once()
            #expect(first.status == 0, "\(first.text)")
            // Not one for each of the two plugins that know the folder.
            let stages = workspace.stages
            #expect(stages.isSubset(of: Workspace.stages(of: "plays")) && stages.contains("plays/deploy"), "\(stages)")
            let site = ".deployer/releases/plays/current/site"
            #expect(
                workspace.names(site) == ["board.html", "board.svg", "index.html", "intro.html", "intro.svg"])
            #expect(workspace.text("\(site)/intro.html")?.contains("ROOM") == true)

            try await workspace.commit(["repos/plays/Views/board.storyboard": "Scene: A\n? what\n"])
            let broken = try await workspace.once()
            #expect(broken.status == 1, "\(broken.text)")
            #expect(broken.output.contains("Views/board.storyboard:2:2"), "\(broken.text)")
            #expect(broken.output.contains("Unexpected token"), "\(broken.text)")
            #expect(workspace.text("\(site)/board.svg")?.contains("two") == true)

            try await workspace.commit(["repos/plays/Views/board.storyboard": "Scene: B\nText: three\n"])
            let mended = try await workspace.once()
            #expect(mended.status == 0, "\(mended.text)")
            #expect(workspace.text("\(site)/board.svg")?.contains("three") == true)
        }
    }
}
