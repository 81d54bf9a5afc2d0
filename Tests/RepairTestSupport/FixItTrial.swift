import Foundation
import Model
package import Repair
import TestSupport

/// A broken package, built, and each candidate of the compiler's fix-its tried on it as the repair engine would.
package struct FixItTrial: Sendable {
    package enum Outcome: Hashable, Sendable {
        /// Built, without a new finding, and the program prints what it should.
        case repaired(by: FixItCandidate, builds: Int)
        /// The compiler proposed nothing that may be tried.
        case noCandidate
        /// What was tried did not build, or built with new findings.
        case noneBuilds
        /// It built and meant something else: the program's output, its test, says so.
        case otherMeaning
    }

    package var before: BrokenBuild
    package var candidates: [FixItCandidate]
    package var outcome: Outcome
    /// Of the candidates that were tried: what each came to.
    package var tried: [BrokenBuild] = []

    package static func run(_ package: BrokenPackage, by tool: BrokenBuild.Tool) async throws -> FixItTrial {
        try await ScratchDirectory.with { folder in
            try package.write(to: folder)
            let before = try BrokenBuild.make(package, in: folder, by: tool)
            let candidates = before.isBuilt ? [] : FixItCandidates.propose(before.diagnostics)
            var trial = FixItTrial(
                before: before, candidates: candidates, outcome: candidates.isEmpty ? .noCandidate : .noneBuilds)
            for candidate in candidates {
                try package.write(to: folder)
                try apply(candidate, in: folder)
                let build = try BrokenBuild.make(package, in: folder, by: tool)
                trial.tried.append(build)
                guard build.isBuilt, isClean(build, before) else { continue }
                if build.output == package.prints {
                    trial.outcome = .repaired(by: candidate, builds: trial.tried.count)
                    break
                }
                trial.outcome = .otherMeaning
            }
            return trial
        }
    }

    private static func apply(_ candidate: FixItCandidate, in folder: String) throws {
        for file in candidate.files {
            let url = URL(filePath: folder).appending(path: file)
            let content = try FixItEdit.apply(
                candidate.fixIts.filter { $0.file == file }, to: Array(Data(contentsOf: url)))
            try Data(content).write(to: url)
        }
    }

    /// No finding that was not there before, warnings included.
    private static func isClean(_ build: BrokenBuild, _ before: BrokenBuild) -> Bool {
        let known = Set(before.diagnostics.map(\.message))
        return build.diagnostics.allSatisfy { known.contains($0.message) && !$0.isError }
    }
}
