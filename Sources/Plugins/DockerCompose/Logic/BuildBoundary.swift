import Documents
import Model
import PluginKit

/// What builds may read: the service's folder, and what the file names by an absolute path. A path that leads out of the
/// folder would lead into the deployer's own, or to another service's.
struct BuildBoundary<Host: StackHost> {
    private let work: StackWork<Host>
    init(_ work: StackWork<Host>) { self.work = work }

    /// - Parameter folder: what the stack was read from.
    func check(_ stack: Stack, files: [String], folder: String) throws {
        for name in stack.names {
            guard let build = stack.services[name]?.build else { continue }
            let isWithin = Stack.relative(build.dockerfile, to: build.context) != nil
            var paths = [("context", build.context)] + (isWithin ? [] : [("dockerfile", build.dockerfile)])
            paths += build.more.sorted { $0.key < $1.key }.map { ("additional_contexts", $0.value) }
            for (member, path) in paths where !path.contains("://") && Stack.relative(path, to: folder) == nil {
                if isAllowed(path, from: folder), isAbsolute(member, of: name, files) { continue }
                throw refusal(name, path, files)
            }
        }
    }

    /// Neither the deployer's own nor a folder that holds everything.
    private func isAllowed(_ path: String, from folder: String) -> Bool {
        if path == "/" || Stack.relative(folder, to: path) != nil { return false }
        let own = Stack.absolute("..", from: work.store.directory)
        if Stack.relative(path, to: own) != nil || Stack.relative(own, to: path) != nil { return false }
        return !path.split(separator: "/").contains(".deployer")
    }

    /// As it is written; a variable's value may be.
    private func isAbsolute(_ member: String, of service: String, _ files: [String]) -> Bool {
        files.contains { file in
            guard let build = StackSource.tree("\(work.call.sourceDirectory)/\(file)")?["services"]?[service]?["build"]
            else { return false }
            let node = build[member]
            var written = [node?.text, member == "context" ? build.text : nil].compactMap { $0 }
            written += node?.entries?.compactMap(\.value.text) ?? []
            written += (node.map(PluginJSON.init)?.strings ?? []).compactMap {
                $0.split(separator: "=", maxSplits: 1).last.map(String.init)
            }
            return written.contains { $0.hasPrefix("/") || $0.hasPrefix("~") || $0.contains("$") }
        }
    }

    private func refusal(_ service: String, _ path: String, _ files: [String]) -> PluginFailure {
        let text = "'\(service)' is built from '\(path)', which is outside of its folder"
        var finding = PluginDiagnostic(.error, code: Failure.Code.file.rawValue, summary: text)
        finding.location = StackSource.place(of: service, "build", files: files, in: work.call.sourceDirectory)
        finding.detail =
            "Move it into the folder, or name it by an absolute path: of neither the deployer's own folders nor one that "
            + "holds the service."
        return PluginFailure(.failed(text), diagnostics: [finding])
    }
}
