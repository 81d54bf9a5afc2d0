import Diagnostics
import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Asks the compiler whether Swift files can be parsed: a tenth of a second where a build takes minutes.
struct SyntaxCheck: Sendable {
    let processes: ProcessRunner
    /// The daemon's variables; a child gets its share of them.
    let environment: [String: String]
    let scratch: String
    private let patience: Duration = .seconds(20)

    /// Errors of files that are Swift by their names; nothing where there is no compiler, or it does not answer in time.
    ///
    /// - Parameter files: content by path; the errors name the same paths.
    func errors(_ files: [String: [UInt8]]) async throws(Failure) -> [Diagnostic] {
        let swift = files.filter { $0.key.hasSuffix(".swift") }
        guard !swift.isEmpty else { return [] }
        let own = "\(ProcessInfo.processInfo.processIdentifier)-"
        // A killed daemon's.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? [] where !name.hasPrefix(own) {
            try? Folder.remove("\(scratch)/\(name)")
        }
        // Patches are tried side by side.
        let scratch = "\(scratch)/\(own)\(UUID().uuidString)"
        defer { try? Folder.remove(scratch) }
        try Folder.make(scratch)
        var names: [String: String] = [:]
        for (index, path) in swift.keys.sorted().enumerated() {
            let name = "\(index).swift"
            do {
                try Data(swift[path] ?? []).write(to: URL(filePath: "\(scratch)/\(name)"))
            } catch {
                throw Failure(
                    .init("repair.scratch"), "cannot write '\(scratch)'", cause: "\(error)", scheduling: .retry)
            }
            names[name] = path
        }
        var found: [Diagnostic] = []
        // Each version reads some programs that the other does not (`/…/` as a pattern or as two divisions).
        for version in ["6", "5"] {
            found = await errors(of: names.keys.sorted(), in: scratch, version: version)
            if found.isEmpty { return [] }
        }
        return found.map { finding in
            var finding = finding
            if let file = finding.location?.file { finding.location?.file = names[file] ?? file }
            return finding
        }
    }

    private func errors(of names: [String], in folder: String, version: String) async -> [Diagnostic] {
        let result = await processes.run(
            ProcessRequest(
                operation: "parse", arguments: ["swiftc", "-frontend", "-parse", "-swift-version", version] + names,
                directory: folder,
                environment: ChildEnvironment.make(inheriting: [], setting: [:], from: environment),
                timeout: patience, keptOutput: 1 << 20)
        ) { _, _ in }
        guard case .exited(let code) = result.end, code != 0 else { return [] }
        var parser = SwiftOutputParser(paths: PathMapper(sourceDirectory: folder), stage: .build)
        var found = parser.consume(result.standardError, from: .stderr)
        found += parser.finish()
        return found.filter(\.isError)
    }
}
