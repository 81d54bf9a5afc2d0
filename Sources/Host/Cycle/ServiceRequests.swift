import Model
import Stages

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What commands ask of the running daemon, which alone writes the history: a folder with an entry for each service.
struct ServiceRequests: Sendable {
    let folder: String

    func ask(for service: ServiceName) throws(Failure) { try Folder.make("\(folder)/\(service.fileName)") }

    /// Takes each request up, and then away.
    ///
    /// - Returns: what came of them.
    func carryOut<Result>(_ body: (ServiceName) async throws(Failure) -> Result) async throws(Failure) -> [Result] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        var results: [Result] = []
        for file in names {
            if let name = SupervisedName(fileName: file)?.service { results.append(try await body(name)) }
            try Folder.remove("\(folder)/\(file)")
        }
        return results
    }
}
