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

    /// Another plugin of the same make, for services of another kind or as another version.
    struct Variant: Sendable, Hashable {
        /// nil is `scripted` itself.
        var kind: String?
        /// The file it recognises a folder by.
        var marker = ""
        var order = 50
        /// The file beside which it is a companion.
        var beside: String?
        var version = "1.0.0"

        /// Containers, which only serve what lies beside a `Package.swift`.
        static let compose = Variant(
            kind: "compose", marker: "docker-compose.yml", order: 20, beside: "Package.swift")
        static let schema = Variant(kind: "typesense", marker: "schema.json", order: 40)
        static let swift = Variant(kind: "swift", marker: "Package.swift")
        static let kong = Variant(kind: "kong", marker: "kong.yaml", order: 80)

        var fileName: String { "\(kind ?? "scripted").so" }
        fileprivate var flags: [String] {
            var macros = ["ORDER=\"\(order)\"", "VERSION=\"\(version)\""]
            if let kind { macros += ["KIND=\"\(kind)\"", "MARKER=\"\(marker)\""] }
            if let beside { macros.append("BESIDE=\"\(beside)\"") }
            return macros.map { "-D\($0)" }
        }
    }

    /// Compiles variants and puts them into a workspace's plugins/, each by a rename.
    static func install(_ variants: Variant..., in workspace: Workspace) async throws {
        let folder = workspace.path("plugins")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        for variant in variants {
            let part = "\(folder)/.\(variant.fileName).part"
            try await MockPlugins.compile(
                HostProcess.root.path + "/Tests/MockPlugins/scripted.c", to: part, variant.flags)
            try put(part, as: "\(folder)/\(variant.fileName)")
        }
    }

    /// Gives a library the mode it needs and its name.
    private static func put(_ part: String, as name: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: part)
        guard rename(part, name) == 0 else { throw CocoaError(.fileWriteUnknown) }
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
