import Foundation
import TestSupport
import Testing

/// Services of a kind that deploys in a moment: their stages are scripts (Tests/MockPlugins/scripted.c). For everything
/// that is not about Swift.
struct Scripted: Sendable {
    var name: String
    var port: Int
    private let httpd: String

    /// Where the compiled tools lie; removed when the test process ends.
    private static let folder = FileManager.default.temporaryDirectory.path + "/deployer-tools-\(UUID().uuidString)"

    /// Compiles the plugin and the services' program, once for a test run.
    private static let tools = Task { () throws -> String in
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        atexit { try? FileManager.default.removeItem(atPath: Scripted.folder) }
        let source = HostProcess.root.path + "/Tests/MockPlugins"
        try await MockPlugins.compile(source + "/scripted.c", to: folder + "/scripted.so")
        _ = try PeerCommand.run(["cc", "-std=gnu11", "-w", source + "/httpd.c", "-o", folder + "/httpd"])
        return folder
    }

    /// A service by name; one port for each.
    static func services(_ names: String...) async throws -> [Scripted] {
        let tools = try await tools.value
        let ports = try Web.freePorts(names.count)
        return zip(names, ports).map { Scripted(name: $0, port: $1, httpd: tools + "/httpd") }
    }

    /// The compiled plugin.
    static func library() async throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: try await tools.value + "/scripted.so")))
    }

    /// Puts the plugin into a workspace, as an operator's hand does.
    static func install(in workspace: Workspace, as name: String = "scripted.so") async throws {
        let folder = workspace.path("plugins")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        let temporary = folder + "/.\(name).part"
        try FileManager.default.copyItem(atPath: try await tools.value + "/scripted.so", toPath: temporary)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: temporary)
        try FileManager.default.moveItem(atPath: temporary, toPath: folder + "/" + name)
    }

    func path(_ file: String) -> String { "repos/\(name)/\(file)" }

    /// The whole service. Its build fails where `source.txt` says `wrong`, at that line.
    func files(_ greeting: String, check: String? = nil) -> [String: String] {
        var files = [
            path("kind.scripted"): "",
            path("greeting"): greeting,
            path("source.txt"): Self.source,
            path("build"): Self.build,
            path("run"): "exec \(httpd) \(port) greeting\n",
        ]
        if let check { files[path("check")] = check }
        return files
    }

    static let source = "one\ntwo\nthree\nfour\nfive\n"
    static let brokenSource = "one\ntwo\nthree\nwrong\nfive\n"
    static let build = """
        echo "building $REVISION"
        n=0
        while read -r word; do
            n=$((n + 1))
            if [ "$word" = wrong ]; then echo "source.txt:$n:1: error: 'wrong' is no number"; exit 1; fi
        done < "$SOURCE/source.txt"

        """

    func answers(_ expected: String, _ place: SourceLocation = #_sourceLocation) async {
        await Web.answers(port, expected, place: place)
    }
}
